"""Reading quizzes: attempts, and items as a learner may see them."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Prefetch, Q, QuerySet

from media.models import Caption, Lecture
from pages.models import DepartmentPage, SiteImage
from pages.pictures import CARD, FIGURE
from people.access import may
from people.models import Department

from . import item_types
from .item_types import Score
from .models import Answer, Attempt, Item, ItemVersion, Quiz, RescoredAnswer

M = TypeVar("M", Item, Quiz)


@dataclass(frozen=True)
class PresentedItem:
    """An item ready to show by its type's `template`.

    `view` is the type's `question` (filled with an answer that can still be changed) or, where
    `is_explained`, its `review`. `score` is None until then: it would tell the key.
    """

    template: str
    view: dict[str, Any]
    images: Mapping[int, SiteImage]
    response: dict[str, Any] | None
    is_explained: bool
    score: Score | None = None
    videos: Mapping[int, Lecture] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        return self.response is not None

    @property
    def is_correct(self) -> bool | None:
        return self.score.is_full if self.score else None

    @property
    def image(self) -> SiteImage | None:
        return self.images.get(self.view.get("image_id") or 0)

    @property
    def video(self) -> Lecture | None:
        return self.videos.get(self.view.get("video_id") or 0)

    @property
    def explanation_video(self) -> Lecture | None:
        return self.videos.get(self.view.get("explanation_video_id") or 0)


def present_item(
    *,
    version: ItemVersion,
    response: dict[str, Any] | None = None,
    draft: dict[str, Any] | None = None,
    explained: bool = True,
    seed: int = 0,
    images: Mapping[int, SiteImage] | None = None,
    videos: Mapping[int, Lecture] | None = None,
) -> PresentedItem:
    """What a learner may see of `version`: key and explanation only beside their own response.

    With `explained` False not even beside it: the answer can still be changed, or its
    explanation has to wait. `draft` fills the form; `seed` gives the order of what may be mixed.
    """
    item_type = item_types.get(version.item_type)
    content = version.content
    is_explained = explained and response is not None
    if is_explained and response is not None:
        view, score = item_type.review(content, response), item_type.score(content, response)
    else:
        view, score = item_type.question(content, draft or response), None
    if images is None:
        images = _pictures(item_type.image_ids(content))
    if videos is None:
        videos = _recordings(item_type.video_ids(content))
    return PresentedItem(
        template=item_type.template,
        view=item_type.shuffled(view, seed),
        images=images,
        response=response,
        is_explained=is_explained,
        score=score,
        videos=videos,
    )


def _pictures(ids: Iterable[int]) -> dict[int, SiteImage]:
    """Pictures with their renditions, in two queries; in none where there are no ids."""
    wanted = set(ids)
    if not wanted:
        return {}
    pictures = SiteImage.objects.prefetch_renditions(*FIGURE.specs, *CARD.specs)
    return pictures.in_bulk(wanted)


def _recordings(ids: Iterable[int]) -> dict[int, Lecture]:
    """Recordings with their captions, in two queries; in none where there are no ids."""
    wanted = set(ids)
    if not wanted:
        return {}
    captions = Prefetch("captions", Caption.objects.published().order_by("language"))
    return Lecture.objects.prefetch_related(captions).in_bulk(wanted)


@dataclass(frozen=True)
class PresentedAnswer:
    """An item's place in an attempt; an item without an answer keeps its secret."""

    position: int
    item: PresentedItem
    rescored: list[RescoredAnswer] = field(default_factory=list)


def present_answers(answers: list[Answer], *, seed: int = 0) -> list[PresentedAnswer]:
    """The items of an attempt as their learner may see them; pictures in two queries."""
    versions = {answer.pk: answer.scored_by or answer.version for answer in answers}
    images = _pictures(
        image
        for version in versions.values()
        for image in item_types.get(version.item_type).image_ids(version.content)
    )
    videos = _recordings(
        video
        for version in versions.values()
        for video in item_types.get(version.item_type).video_ids(version.content)
    )
    changes: dict[int, list[RescoredAnswer]] = {}
    if any(answer.scored_by_id for answer in answers):
        rescored = RescoredAnswer.objects.filter(answer__in=answers).select_related("rescoring")
        for change in rescored.order_by("rescoring__done_at"):
            changes.setdefault(change.answer_id, []).append(change)
    return [
        PresentedAnswer(
            position=answer.position,
            item=present_item(
                version=versions[answer.pk],
                response=answer.marked_response,
                seed=seed,
                images=images,
                videos=videos,
            ),
            rescored=changes.get(answer.pk, []),
        )
        for answer in answers
    ]


def latest_change(*, attempt: Attempt) -> RescoredAnswer | None:
    """What the last re-scoring changed in an attempt, explained or not."""
    changes = RescoredAnswer.objects.filter(answer__attempt=attempt).select_related("rescoring")
    return changes.order_by("-rescoring__done_at", "-pk").first()


def in_bank(queryset: QuerySet[M], *, user: Any) -> QuerySet[M]:
    """Those items or quizzes of `queryset` that the user may write: all, or their departments'."""
    if may(user, "quizzes.write_for_any_department"):
        return queryset
    return queryset.filter(department_id__in=user.department_ids)


def to_choose(queryset: QuerySet[M], *, user: Any) -> QuerySet[M]:
    """Those the user may put into a quiz or page: what they may write, and what is shared."""
    if may(user, "quizzes.write_for_any_department"):
        return queryset
    own = Q(department_id__in=user.department_ids)
    return queryset.filter(own | Q(is_shared=True) if queryset.model is Item else own)


def attempts_of(*, user: Any, quiz: Quiz) -> QuerySet[Attempt]:
    """A person's attempts at a quiz, latest first."""
    return Attempt.objects.filter(user=user, quiz=quiz).order_by("-number")


def answers_of(*, attempt: Attempt) -> list[Answer]:
    """The attempt's answers in order, with their versions."""
    return list(attempt.answers.select_related("version", "scored_by").order_by("position"))


def has_passed(*, user: Any, quiz: Quiz) -> bool:
    """Whether the person has passed the quiz in any language it exists in."""
    return Attempt.objects.filter(
        user=user, quiz__translation_key=quiz.translation_key, passed=True
    ).exists()


@dataclass(frozen=True)
class Conditions:
    """What a learner should know of an attempt while taking it. Times as they stand now."""

    is_exam: bool
    seconds_left: int | None
    paused_minutes: int
    extra_minutes: int
    ask_confidence: bool


def conditions_of(*, attempt: Attempt, now: dt.datetime) -> Conditions:
    """The conditions of a running attempt; `attempt` comes with its quiz."""
    return Conditions(
        is_exam=attempt.is_exam,
        seconds_left=attempt.seconds_left(now),
        paused_minutes=math.ceil(attempt.paused_s / 60),
        extra_minutes=attempt.extra_s // 60,
        ask_confidence=attempt.quiz.ask_confidence,
    )


def department_of_slug(slug: str) -> Department | None:
    """The department whose section has this address, or whose name or id it is."""
    section = DepartmentPage.objects.filter(slug=slug).select_related("of_department").first()
    if section:
        return section.of_department
    if slug.isdecimal():
        return Department.objects.filter(pk=slug).first()
    return Department.objects.filter(name=slug).first()
