"""Reading quizzes: attempts, and items as a learner may see them."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from pages.models import SiteImage
from people.access import may

from . import item_types
from .models import Answer, Attempt, Item, ItemVersion, Quiz

M = TypeVar("M", Item, Quiz)


@dataclass(frozen=True)
class PresentedItem:
    """An item ready to show by its type's `template`.

    `view` is the type's `question` until the item has been answered, then its `review`;
    `response` and `is_correct` are None until then.
    """

    template: str
    view: dict[str, Any]
    image: SiteImage | None
    response: dict[str, Any] | None
    is_correct: bool | None

    @property
    def is_answered(self) -> bool:
        return self.response is not None


def present_item(
    *, version: ItemVersion, response: dict[str, Any] | None = None, image: SiteImage | None = None
) -> PresentedItem:
    """What a learner may see of `version`: key and explanation only beside their own response."""
    item_type = item_types.get(version.item_type)
    content = version.content
    view = item_type.question(content) if response is None else item_type.review(content, response)
    if image is None and view.get("image_id"):
        image = SiteImage.objects.filter(pk=view["image_id"]).first()
    return PresentedItem(
        template=item_type.template,
        view=view,
        image=image,
        response=response,
        is_correct=None if response is None else item_type.score(content, response).is_full,
    )


@dataclass(frozen=True)
class PresentedAnswer:
    """An item's place in an attempt; an item without an answer keeps its secret."""

    position: int
    item: PresentedItem


def present_answers(answers: list[Answer]) -> list[PresentedAnswer]:
    """The items of an attempt as their learner may see them; pictures in one query."""
    image_ids = {answer.version.content.get("image") for answer in answers} - {None}
    images = SiteImage.objects.in_bulk(image_ids)
    return [
        PresentedAnswer(
            position=answer.position,
            item=present_item(
                version=answer.version,
                response=answer.response,
                image=images.get(answer.version.content.get("image")),
            ),
        )
        for answer in answers
    ]


def in_bank(queryset: QuerySet[M], *, user: Any) -> QuerySet[M]:
    """Those items or quizzes of `queryset` that the user may write: all, or their departments'."""
    if may(user, "quizzes.write_for_any_department"):
        return queryset
    return queryset.filter(department_id__in=user.department_ids)


def attempts_of(*, user: Any, quiz: Quiz) -> QuerySet[Attempt]:
    """A person's attempts at a quiz, latest first."""
    return Attempt.objects.filter(user=user, quiz=quiz).order_by("-number")


def answers_of(*, attempt: Attempt) -> list[Answer]:
    """The attempt's answers in order, with their versions."""
    return list(attempt.answers.select_related("version").order_by("position"))


def has_passed(*, user: Any, quiz: Quiz) -> bool:
    """Whether the person has passed the quiz in any language it exists in."""
    return Attempt.objects.filter(
        user=user, quiz__translation_key=quiz.translation_key, passed=True
    ).exists()
