"""Words of xAPI statements: verbs of cmi5 and of ADL's video profile, activities, extensions.

cmi5 1.0 (AICC), "xAPI Video Profile" 1.0.3 (ADL), Experience API 1.0.3 (IEEE 9274.1.1).
"""

from collections.abc import Iterable

VERSION = "1.0.3"

_ADL = "http://adlnet.gov/expapi/verbs/"
_VIDEO = "https://w3id.org/xapi/video/"
VERBS = {
    **{
        name: f"{_ADL}{name}"
        for name in (
            "registered",
            "launched",
            "initialized",
            "completed",
            "passed",
            "failed",
            "terminated",
        )
    },
    **{name: f"{_VIDEO}verbs/{name}" for name in ("played", "paused", "seeked")},
}

_ACTIVITY = "http://adlnet.gov/expapi/activities/"
ACTIVITY_TYPES = {
    "course": f"{_ACTIVITY}course",
    "lesson": f"{_ACTIVITY}lesson",
    "quiz": f"{_ACTIVITY}assessment",
    "case": f"{_ACTIVITY}assessment",
    "lecture": f"{_VIDEO}activity-type/video",
}
VIDEO_PROFILE = {"id": _VIDEO.rstrip("/"), "definition": {"type": f"{_ACTIVITY}profile"}}

SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
VIDEO_SESSION_ID = f"{_VIDEO}extensions/session-id"
LENGTH = f"{_VIDEO}extensions/length"
THRESHOLD = f"{_VIDEO}extensions/completion-threshold"
TIME = f"{_VIDEO}extensions/time"
TIME_FROM = f"{_VIDEO}extensions/time-from"
TIME_TO = f"{_VIDEO}extensions/time-to"
PROGRESS = f"{_VIDEO}extensions/progress"
SEGMENTS = f"{_VIDEO}extensions/played-segments"


def duration(seconds: float) -> str:
    """ISO 8601, to hundredths as xAPI compares them: `PT61.5S`."""
    return f"PT{_plain(max(0.0, seconds))}S"


def segments(intervals: Iterable[Iterable[float]]) -> str:
    """Watched stretches as the video profile writes them: `0[.]12[,]14[.]21.5`."""
    return "[,]".join("[.]".join(map(_plain, pair)) for pair in intervals)


def _plain(seconds: float) -> str:
    return f"{seconds:.2f}".rstrip("0").rstrip(".")
