"""Speech to text by an engine that is installed on this machine; knows nothing of Django.

Nothing is sent anywhere and nothing is installed for it: where an engine and a model lie, they are
found (`engines`) and asked (`writing`).
"""

from .engines import ENGINES, Engine, Kind, find_engine
from .writing import Sound, write_captions

__all__ = ["ENGINES", "Engine", "Kind", "Sound", "find_engine", "write_captions"]
