"""How far a learner is in a course, and what comes next. No query is made here."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from .domain.progress import counted_lessons
from .models import CoursePage, Enrolment, LessonPage, ModulePage
from .opening import Lock, Start, locks
from .outline import LessonKind, Syllabus, estimated_s, lesson_kind


@dataclass(frozen=True)
class OutlineEntry:
    """A lesson as the course's outline shows it (`components/lesson_outline.html`)."""

    number: int
    lesson: LessonPage
    kind: LessonKind
    is_done: bool
    is_current: bool
    lock: Lock | None = None
    missing: tuple[LessonPage, ...] = ()

    @property
    def title(self) -> str:
        return self.lesson.title

    @property
    def url(self) -> str:
        return self.lesson.get_url()

    @property
    def kind_name(self) -> str:
        return str(self.kind.label)

    @property
    def duration_s(self) -> int:
        """How long the lesson takes; nothing takes less than a minute."""
        return max(60, estimated_s(self.lesson))

    @property
    def is_optional(self) -> bool:
        return self.lesson.is_optional

    @property
    def is_open(self) -> bool:
        return self.lock is None

    @property
    def state(self) -> str:
        if self.is_current:
            return "current"
        if self.lock:
            return "locked"
        return "done" if self.is_done else "open"

    @property
    def lock_words(self) -> str:
        """In three words, why the lesson is shut."""
        if self.lock is None:
            return ""
        if self.lock.after_enrolment:
            return _("after enrolment")
        if self.lock.opens_at:
            opens_at = timezone.localtime(self.lock.opens_at)
            return _("opens %(date)s") % {"date": formats.date_format(opens_at, "j E Y")}
        return _("after “%(lesson)s”") % {"lesson": self.missing[0].title} if self.missing else ""


@dataclass(frozen=True)
class OutlineGroup:
    """A module with its lessons in the outline; `module` is None for lessons of no module."""

    module: ModulePage | None
    entries: list[OutlineEntry]

    @property
    def counted(self) -> list[OutlineEntry]:
        return counted_lessons(self.entries)

    @property
    def done(self) -> int:
        return sum(entry.is_done for entry in self.counted)

    @property
    def total(self) -> int:
        return len(self.counted)

    @property
    def duration_s(self) -> int:
        return sum(entry.duration_s for entry in self.counted)

    @property
    def has_current(self) -> bool:
        return any(entry.is_current for entry in self.entries)


@dataclass(frozen=True)
class Progress:
    """How far a learner is in a course. `enrolment` is None for everybody who has not joined."""

    enrolment: Enrolment | None
    outline: list[OutlineEntry]
    syllabus: Syllabus = field(default_factory=Syllabus)

    @property
    def groups(self) -> list[OutlineGroup]:
        """The outline by modules; lessons of no module stand in groups of their own."""
        groups: list[OutlineGroup] = []
        for entry in self.outline:
            if not groups or groups[-1].module != entry.lesson.module:
                groups.append(OutlineGroup(module=entry.lesson.module, entries=[]))
            groups[-1].entries.append(entry)
        return groups

    @property
    def has_modules(self) -> bool:
        return any(entry.lesson.module for entry in self.outline)

    @property
    def counted(self) -> list[OutlineEntry]:
        """The lessons that completing the course asks for."""
        return counted_lessons(self.outline)

    @property
    def done(self) -> int:
        return sum(entry.is_done for entry in self.counted)

    @property
    def total(self) -> int:
        return len(self.counted)

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def is_complete(self) -> bool:
        return bool(self.enrolment and self.enrolment.completed_at)

    @property
    def has_locks(self) -> bool:
        return any(entry.lock for entry in self.outline)

    @property
    def has_begun(self) -> bool:
        return any(entry.is_done for entry in self.outline) or bool(
            self.enrolment and self.enrolment.last_lesson_key
        )

    @property
    def next_entry(self) -> OutlineEntry | None:
        """Where to go on: the lesson last opened while it is not done, else the first undone."""
        undone = [entry for entry in self.outline if entry.is_open and not entry.is_done]
        last = self.enrolment.last_lesson_key if self.enrolment else None
        stopped_at = (entry for entry in undone if last and entry.lesson.translation_key == last)
        asked_for = (entry for entry in undone if not entry.is_optional)
        return next(stopped_at, next(asked_for, next(iter(undone), None)))

    @property
    def next_lesson(self) -> LessonPage | None:
        return self.next_entry.lesson if self.next_entry else None

    @property
    def waits_until(self) -> dt.datetime | None:
        """When the next lesson opens, where nothing else is left to do."""
        if self.next_entry:
            return None
        moments = [e.lock.opens_at for e in self.outline if e.lock and e.lock.opens_at]
        return min(moments, default=None)

    def after(self, entry: OutlineEntry) -> OutlineEntry | None:
        """The undone lesson to go to from a done one: the next below it, else the first."""
        undone = [other for other in self.outline if other.is_open and not other.is_done]
        below = (other for other in undone if other.number > entry.number)
        return next(below, next(iter(undone), None))


def start_of(enrolment: Enrolment | None) -> Start | None:
    """The learner's first day: the cohort's, or the one they enrolled on."""
    if enrolment is None:
        return None
    zone = enrolment.user.zone
    if enrolment.cohort:
        return Start(day=enrolment.cohort.starts_on, zone=zone)
    return Start(day=enrolment.enrolled_at.astimezone(zone).date(), zone=zone)


def find_locks(
    *,
    course: CoursePage,
    syllabus: Syllabus,
    enrolment: Enrolment | None,
    done: Collection[uuid.UUID],
    now: dt.datetime | None = None,
) -> dict[uuid.UUID, Lock]:
    """The shut lessons of a course by translation key. `enrolment` with user and cohort.

    A course that is joined only with a cohort opens nothing before: else a member who waits for
    the first day would see less than a visitor.
    """
    return dict(
        locks(
            syllabus.parts,
            in_order=course.lessons_in_order,
            only_enrolled=not course.is_self_paced,
            start=start_of(enrolment),
            done=done,
            now=now or timezone.now(),
        )
    )


def build_progress(
    *,
    syllabus: Syllabus,
    enrolment: Enrolment | None,
    done: Collection[uuid.UUID],
    shut: dict[uuid.UUID, Lock],
    current: LessonPage | None = None,
) -> Progress:
    """The outline for a learner."""
    by_key = {lesson.translation_key: lesson for lesson in syllabus.lessons}
    outline = []
    for number, lesson in enumerate(syllabus.lessons, start=1):
        lock = shut.get(lesson.translation_key)
        outline.append(
            OutlineEntry(
                number=number,
                lesson=lesson,
                kind=lesson_kind(lesson),
                is_done=lesson.translation_key in done,
                is_current=bool(current and current.pk == lesson.pk),
                lock=lock,
                missing=tuple(by_key[key] for key in lock.missing) if lock else (),
            )
        )
    return Progress(enrolment=enrolment, outline=outline, syllabus=syllabus)
