"""What pages and the admin read about lectures."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import get_language

from jobs.models import WorkState
from people.access import may

from .failures import failure_sentence
from .models import Caption, Lecture, LectureState, Stage, StageKind, WatchRecord
from .rules import lecture_permission_policy

# How much of the whole work each stage is, so that the bar moves evenly.
WEIGHTS = {StageKind.PROBE: 0.03, StageKind.ENCODE: 0.89, StageKind.PACKAGE: 0.08}


@dataclass(frozen=True)
class Status:
    """How a lecture's transcoding stands, as the admin shows it."""

    state: str
    label: str
    percent: int
    reason: str
    can_retry: bool

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more until somebody acts."""
        return self.state in (LectureState.READY, LectureState.FAILED)


def current_stages(lecture: Lecture) -> list[Stage]:
    """The stages of the lecture's current generation, in order of work."""
    order = list(StageKind.values)
    stages = [s for s in lecture.stages.all() if s.generation == lecture.generation]
    return sorted(stages, key=lambda stage: (order.index(stage.kind), stage.part))


def progress(stages: list[Stage]) -> float:
    """How far (0–1) the stages of one generation have come."""
    done = 0.0
    for kind, weight in WEIGHTS.items():
        parts = [stage for stage in stages if stage.kind == kind]
        if parts:
            shares = [1.0 if p.state == WorkState.DONE else p.progress for p in parts]
            done += weight * sum(shares) / len(parts)
    return done


def failure_code(lecture: Lecture) -> str:
    """Why the lecture's current transcoding failed; empty if it has not."""
    failed = (stage for stage in current_stages(lecture) if stage.state == WorkState.FAILED)
    return next((stage.failure_code for stage in failed), "")


def status(lecture: Lecture) -> Status:
    """How the lecture's transcoding stands, its failure in the reader's language."""
    stages = current_stages(lecture)
    share = 1.0 if lecture.state == LectureState.READY else progress(stages)
    return Status(
        state=lecture.state,
        label=str(lecture.get_state_display()),
        percent=int(100 * share),
        reason=failure_sentence(failure_code(lecture)),
        can_retry=lecture.state == LectureState.FAILED,
    )


def lectures_for(user: Any, *actions: str) -> QuerySet[Lecture]:
    """Lectures on which `user` may do any of `actions` ("change", "delete", "choose")."""
    return lecture_permission_policy().instances_user_has_any_permission_for(user, list(actions))


def with_progress(lectures: QuerySet[Lecture]) -> QuerySet[Lecture]:
    """The lectures with what `status` needs, in one further query."""
    return lectures.select_related("collection", "uploaded_by").prefetch_related(
        Prefetch("stages", Stage.objects.order_by("generation", "pk"))
    )


def watched_share(user: Any, lecture: Lecture) -> float:
    """What part (0–1) of the lecture `user` has watched; 0 for visitors."""
    record = watch_record(user, lecture)
    return record.watched_share if record else 0.0


def watched_shares(user: Any, lecture_ids: list[int]) -> dict[int, float]:
    """What part (0–1) of each lecture `user` has watched; those never begun are left out."""
    if not user.is_authenticated:
        return {}
    return dict(
        WatchRecord.objects.filter(user=user, lecture_id__in=lecture_ids).values_list(
            "lecture_id", "watched_share"
        )
    )


def watch_record(user: Any, lecture: Lecture) -> WatchRecord | None:
    """The person's record of the lecture, if they have begun it."""
    if not user.is_authenticated:
        return None
    return WatchRecord.objects.filter(user=user, lecture=lecture).first()


def player_context(lecture: Lecture, user: Any, *, watch_url: str = "") -> dict[str, Any] | None:
    """What `components/player.html` shows as `player`; None while nothing plays.

    A page that does more with what was watched gives its own `watch_url`. No record is kept of
    visitors: they get none.
    """
    if not lecture.is_ready or not may(user, "media.watch_lecture", lecture):
        return None
    record = watch_record(user, lecture)
    if not may(user, "media.record_watching", lecture):
        watch_url = ""
    else:
        watch_url = watch_url or reverse("lectures:watch", args=[lecture.pk])
    return {
        "title": lecture.title,
        "manifest_url": lecture.manifest_url,
        "fallback_url": lecture.fallback_url,
        "fallback_type": "audio/mp4" if lecture.fallback.endswith(".m4a") else "video/mp4",
        "poster_url": lecture.poster_url,
        "duration_s": lecture.duration_s or 0.0,
        "resume_at_s": record.position_s if record else 0.0,
        "watched_share": record.watched_share if record else 0.0,
        "watch_url": watch_url,
        "tracks": _tracks(lecture),
    }


def _tracks(lecture: Lecture) -> list[dict[str, Any]]:
    """Captions; on at once where they help most: the reader's language is not the speaker's."""
    reader = (get_language() or "").split("-")[0]
    return [
        {
            "url": reverse("lectures:captions", args=[lecture.pk, caption.language]),
            "language": caption.language,
            "label": caption.get_language_display(),
            "default": caption.language == reader != lecture.language,
        }
        for caption in Caption.objects.filter(lecture=lecture)
        .only("pk", "language")
        .order_by("language")
    ]
