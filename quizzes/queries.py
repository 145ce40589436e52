"""Reading quizzes: attempts, and items as a learner may see them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from pages.models import SiteImage

from . import item_types
from .models import Answer, Attempt, ItemVersion, Quiz


@dataclass(frozen=True)
class PresentedItem:
    """An item ready to show. `solution` and `response` are None until it has been answered."""

    template: str
    question: dict[str, Any]
    image: SiteImage | None
    response: dict[str, Any] | None
    solution: dict[str, Any] | None
    is_correct: bool | None


def present_item(
    *, version: ItemVersion, response: dict[str, Any] | None = None, image: SiteImage | None = None
) -> PresentedItem:
    """What a learner may see of `version`: key and explanation only beside their own response."""
    item_type = item_types.get(version.item_type)
    question = item_type.question(version.content)
    if image is None and question.get("image_id"):
        image = SiteImage.objects.filter(pk=question["image_id"]).first()
    answered = response is not None
    return PresentedItem(
        template=item_type.template,
        question=question,
        image=image,
        response=response,
        solution=item_type.solution(version.content) if answered else None,
        is_correct=item_type.score(version.content, response).is_full if answered else None,
    )


@dataclass(frozen=True)
class PresentedAnswer:
    """An answer of a finished attempt beside its item. Unanswered items keep their solution."""

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


def attempts_of(*, user, quiz: Quiz) -> QuerySet[Attempt]:
    """A person's attempts at a quiz, latest first."""
    return Attempt.objects.filter(user=user, quiz=quiz).order_by("-number")


def answers_of(*, attempt: Attempt) -> list[Answer]:
    """The attempt's answers in order, with their versions."""
    return list(attempt.answers.select_related("version").order_by("position"))


def has_passed(*, user, quiz: Quiz) -> bool:
    """Whether the person has passed the quiz in any language it exists in."""
    return Attempt.objects.filter(
        user=user, quiz__translation_key=quiz.translation_key, passed=True
    ).exists()
