"""What happens in courses that other rooms may want to know (`people.facts`)."""

import uuid
from dataclasses import dataclass

from .models import Enrolment


@dataclass(frozen=True)
class Enrolled:
    """Somebody has joined a course."""

    enrolment: Enrolment


@dataclass(frozen=True)
class Progressed:
    """Lessons have become done, and the course with them where `is_complete`."""

    enrolment: Enrolment
    lesson_keys: tuple[uuid.UUID, ...]
    is_complete: bool
