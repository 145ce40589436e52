"""Times of captions: written as WebVTT and SubRip do, moved together."""

from dataclasses import replace

from .model import Cue


def seconds_of(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    """Seconds of a clock's parts; the fraction is what stands behind the point or comma."""
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int((fraction or "0").ljust(3, "0")[:3]) / 1000


def timestamp(seconds: float, *, mark: str = ".") -> str:
    """A time with hours and thousandths: 00:01:02.500."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"


def shifted(cues: list[Cue], offset_s: float) -> list[Cue]:
    """All cues later by `offset_s` (earlier if negative); what falls before the start goes."""
    return [
        replace(cue, start_s=max(0.0, cue.start_s + offset_s), end_s=cue.end_s + offset_s)
        for cue in cues
        if round((cue.end_s + offset_s) * 1000) > 0
    ]
