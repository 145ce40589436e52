"""Which lessons are shut for a learner, until when, and what has to be done first. Pure.

A shut lesson keeps its page to itself. What the learner did elsewhere (a case solved, a lecture
watched in another course) counts all the same.
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Opens(Protocol):
    """A module or lesson, as far as its opening goes."""

    opens_at: dt.datetime | None
    opens_after_days: int | None


@dataclass(frozen=True)
class Part:
    """A lesson as its opening depends on others. `requires` are keys of lessons of the course."""

    key: uuid.UUID
    openings: tuple[Opens, ...]
    requires: tuple[uuid.UUID, ...] = ()
    is_optional: bool = False


@dataclass(frozen=True)
class Lock:
    """Why a lesson is shut: any of a moment to wait for, lessons to do, a course to join."""

    opens_at: dt.datetime | None = None
    missing: tuple[uuid.UUID, ...] = ()
    after_enrolment: bool = False


@dataclass(frozen=True)
class Start:
    """A learner's first day in a course, in their time zone."""

    day: dt.date
    zone: zoneinfo.ZoneInfo

    def after(self, days: int) -> dt.datetime:
        """Midnight, where the learner is, so many days after the first."""
        day = self.day + dt.timedelta(days=days)
        return dt.datetime.combine(day, dt.time.min, tzinfo=self.zone)


def locks(
    parts: Sequence[Part],
    *,
    in_order: bool,
    only_enrolled: bool = False,
    start: Start | None,
    done: Collection[uuid.UUID],
    now: dt.datetime,
) -> Mapping[uuid.UUID, Lock]:
    """The shut lessons among `parts` (in order) and why. `start` is None before enrolment.

    With `only_enrolled` all are shut until then. What is done stays open. A required lesson that
    is no part of the course (any more) is not asked for, nor in order one that stands later: it
    would wait in its turn.
    """
    places = {part.key: place for place, part in enumerate(parts)}
    found: dict[uuid.UUID, Lock] = {}
    before: uuid.UUID | None = None
    for place, part in enumerate(parts):
        asked = [key for key in part.requires if key in places and key not in done]
        missing = [key for key in asked if not (in_order and places[key] > place)]
        if in_order and before is not None and before not in missing:
            missing.append(before)
        opens_at = _opens_at(part.openings, start=start)
        waits = opens_at if opens_at and opens_at > now else None
        relative = any(opening.opens_after_days for opening in part.openings)
        lock = Lock(
            opens_at=waits,
            missing=tuple(missing),
            after_enrolment=start is None and (only_enrolled or relative or bool(missing)),
        )
        if part.key not in done:
            if lock != Lock():
                found[part.key] = lock
            if before is None and not part.is_optional:
                before = part.key
    return found


def _opens_at(openings: Sequence[Opens], *, start: Start | None) -> dt.datetime | None:
    """The last of the moments that a lesson waits for; None where there is none."""
    moments = [opening.opens_at for opening in openings if opening.opens_at]
    if start:
        moments.append(start.after(max((o.opens_after_days or 0 for o in openings), default=0)))
    return max(moments, default=None)
