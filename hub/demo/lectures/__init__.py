"""Demo lectures made by code: slides are typeset, spoken and filmed from text.

Nothing here imports Django; the demo loader hands the finished file to the lecture pipeline.
"""

from hub.demo.lectures.build import BuiltLecture, build_lecture
from hub.demo.lectures.script import LECTURE_KEYS, LectureScriptError

__all__ = ["LECTURE_KEYS", "BuiltLecture", "LectureScriptError", "build_lecture"]
