"""A second of a lecture as an address names it: `?t=75`, `?t=1m15s`, `?t=1:15`."""

import re

_CLOCK = re.compile(r"\d{1,6}(?::\d{1,2}){1,2}")
_UNITS = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8}(?:\.\d{1,6})?)s?)?")


def parse_moment(text: str) -> float | None:
    """Seconds of an address's `t`; None for anything else. As the player's script reads it."""
    value = text.strip()
    if _CLOCK.fullmatch(value):
        seconds = 0
        for part in value.split(":"):
            seconds = seconds * 60 + int(part)
        return float(seconds)
    units = _UNITS.fullmatch(value)
    if not value or units is None:
        return None
    hours, minutes, seconds_text = units.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds_text or 0)


def fragment(text: str, *, duration_s: float) -> str:
    """The media fragment (W3C Media Fragments URI 1.0) of an address's `t`; empty for none."""
    moment_s = parse_moment(text)
    if moment_s is None or not 0 < moment_s < duration_s:
        return ""
    return f"#t={moment_s:.3f}".rstrip("0").rstrip(".")
