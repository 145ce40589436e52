"""What captions are, whatever file they came in: cues, and what can be wrong with them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_CHARACTERS = 2_000_000
MAX_CUES = 20_000
# Nobody mends more in one go; the next attempt tells the next ones.
MAX_FAULTS = 100


@dataclass(frozen=True)
class Cue:
    """One caption: what is shown from when to when (in seconds), and the line it begins at.

    ``text`` is WebVTT cue text with its few safe tags; ``settings`` are WebVTT's, both cleaned.
    """

    line: int
    start_s: float
    end_s: float
    text: str
    settings: str = ""


@dataclass(frozen=True)
class Fault:
    """What is wrong, and in which line (the first is 1)."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return _("Line %(line)s: %(fault)s") % {"line": self.line, "fault": self.sentence}


class InvalidCaptions(Exception):
    """The text is no captions; `faults` say why, by line, in the reader's language."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


class Faults:
    """Collects what is wrong while a text is read to its end."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, line: int, sentence: str) -> None:
        """Note a fault. Raises `InvalidCaptions` at the hundredth: reading on would help nobody."""
        self._found.append(Fault(line, sentence))
        if len(self._found) >= MAX_FAULTS:
            self.check()

    def check(self) -> None:
        """Raise `InvalidCaptions` if there was any."""
        if self._found:
            raise InvalidCaptions(sorted(self._found, key=lambda fault: fault.line))

    def __bool__(self) -> bool:
        return bool(self._found)


def check_cues(cues: list[Cue], faults: Faults) -> list[Cue]:
    """The cues, if there are some and nothing was wrong. Raises `InvalidCaptions`."""
    if len(cues) > MAX_CUES:
        faults.add(cues[MAX_CUES].line, _("These captions are too long for one lecture."))
    if not cues and not faults:
        faults.add(1, _("There is no caption in this text."))
    faults.check()
    return cues
