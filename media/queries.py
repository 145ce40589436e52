"""What pages and the admin read about lectures."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from wagtail.models import ReferenceIndex

from jobs.models import WorkState

from .domain.work import mandatory
from .failures import failure_sentence
from .models import Lecture, LectureState, Stage, StageKind
from .pipeline.chunks import Damage
from .pipeline.notes import facts_on, notes_on
from .pipeline.plan import Plan
from .pipeline.probe import Probe
from .pipeline.refusals import Refused
from .rules import lecture_permission_policy

# How much of the whole work each stage is, so that the bar moves evenly.
WEIGHTS = {StageKind.PROBE: 0.03, StageKind.ENCODE: 0.89, StageKind.PACKAGE: 0.08}
# Within encoding, by what a portion is part of (`pipeline.jobs.Job`).
JOB_WEIGHTS = {"sound": 0.2, "saver": 0.2, "ladder": 1.0}
# Before so much is done, an estimate says more about chance than about the lecture.
_ESTIMATE_FROM = 0.08


@dataclass(frozen=True)
class Status:
    """How a lecture's transcoding stands, as the admin shows it."""

    state: str
    label: str
    percent: int
    reason: str
    can_retry: bool
    remaining: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more until somebody acts."""
        return self.state in (LectureState.READY, LectureState.FAILED)


@dataclass(frozen=True)
class ToldNote:
    """A sentence for the author; ``is_loss`` where something of the recording is missing."""

    sentence: str
    is_loss: bool


def notes(lecture: Lecture) -> list[ToldNote]:
    """What was done to an unusual recording, and what is lost, in the reader's language."""
    if not lecture.probe or not lecture.plan:
        return []
    try:
        measured, planned = Probe.from_data(lecture.probe), Plan.from_data(lecture.plan)
        damage = damage_of(lecture)
    except Refused:
        # Measured or planned by another release; nothing is told rather than something wrong.
        return []
    facts = facts_on(measured, planned, damage)
    found = notes_on(measured, planned, damage)
    told = [ToldNote(gettext(note.sentence) % facts, note.is_loss) for note in found]
    return sorted(told, key=lambda note: not note.is_loss)


def damage_of(lecture: Lecture) -> Damage:
    """What encoding found damaged in the recording, over all portions that are done."""
    damage = Damage()
    for stage in current_stages(lecture):
        if stage.result and "damage" in stage.result:
            damage |= Damage.from_data(stage.result["damage"])
    return damage


def current_stages(lecture: Lecture) -> list[Stage]:
    """The stages of the lecture's current generation, in order of work."""
    order = list(StageKind.values)
    stages = [s for s in lecture.stages.all() if s.generation == lecture.generation]
    return sorted(stages, key=lambda stage: (order.index(stage.kind), stage.part))


@dataclass(frozen=True)
class StageGroup:
    """The parts of one kind of stage, as the admin shows them in one line."""

    label: str
    state: str
    progress: float
    attempts: int


def stage_groups(lecture: Lecture) -> list[StageGroup]:
    """The stages of the lecture's current generation by kind, in order of work."""
    groups = []
    stages = current_stages(lecture)
    for kind in StageKind:
        parts = [stage for stage in stages if stage.kind == kind]
        if parts:
            order = (WorkState.FAILED, WorkState.RUNNING, WorkState.WAITING, WorkState.DONE)
            state = next(state for state in order if any(p.state == state for p in parts))
            groups.append(
                StageGroup(
                    label=str(kind.label),
                    state=str(state.label),
                    progress=_share(parts),
                    attempts=max(part.attempts for part in parts),
                )
            )
    return groups


def _share(parts: list[Stage]) -> float:
    weights = [JOB_WEIGHTS.get(part.part.partition(".")[0], 1.0) for part in parts]
    shares = [1.0 if part.state == WorkState.DONE else part.progress for part in parts]
    return sum(w * s for w, s in zip(weights, shares, strict=True)) / sum(weights)


def progress(stages: list[Stage]) -> float:
    """How far (0–1) the stages of one generation have come; optional ones don't count."""
    done = 0.0
    needed = mandatory(stages)
    for kind, weight in WEIGHTS.items():
        parts = [stage for stage in needed if stage.kind == kind]
        if parts:
            done += weight * _share(parts)
    return done


def remaining_s(stages: list[Stage], *, now: datetime) -> float | None:
    """How long (seconds) the rest will take at the pace so far; None while that is unknown."""
    share = progress(stages)
    begun = [stage.started_at for stage in stages if stage.started_at]
    if not begun or not _ESTIMATE_FROM <= share < 1:
        return None
    return (now - min(begun)).total_seconds() * (1 - share) / share


def _remaining(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return gettext("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(minutes)d minute left", "about %(minutes)d minutes left", minutes) % {
        "minutes": minutes
    }


def failure_code(lecture: Lecture) -> str:
    """Why the lecture's current transcoding failed; empty if it has not."""
    stages = mandatory(current_stages(lecture))
    failed = (stage for stage in stages if stage.state == WorkState.FAILED)
    return next((stage.failure_code for stage in failed), "")


def status(lecture: Lecture) -> Status:
    """How the lecture's transcoding stands, its failure in the reader's language."""
    stages = current_stages(lecture)
    share = 1.0 if lecture.state == LectureState.READY else progress(stages)
    # While no worker is at it, the pace so far says nothing.
    is_at_work = any(stage.state == WorkState.RUNNING for stage in stages)
    return Status(
        state=lecture.state,
        label=str(lecture.get_state_display()),
        percent=int(100 * share),
        reason=failure_sentence(failure_code(lecture)),
        can_retry=lecture.state == LectureState.FAILED,
        remaining=_remaining(remaining_s(stages, now=timezone.now())) if is_at_work else "",
    )


def lectures_for(user: Any, *actions: str) -> QuerySet[Lecture]:
    """Lectures on which `user` may do any of `actions` ("change", "delete", "choose")."""
    return lecture_permission_policy().instances_user_has_any_permission_for(user, list(actions))


def usage_counts(lectures: list[Lecture]) -> dict[int, int]:
    """On how many pages (and other things) each lecture is used, by key; in all languages.

    A page that shows a lecture twice, or in a field and in its body, counts once.
    """
    sources = (
        ReferenceIndex.get_references_to_in_bulk(lectures)
        .values_list("to_object_id", "base_content_type", "object_id")
        .distinct()
    )
    return dict(Counter(int(lecture_id) for lecture_id, _kind, _source in sources))


def with_progress(lectures: QuerySet[Lecture]) -> QuerySet[Lecture]:
    """The lectures with what `status` needs, in one further query."""
    return lectures.select_related("collection", "uploaded_by").prefetch_related(
        Prefetch("stages", Stage.objects.order_by("generation", "pk"))
    )
