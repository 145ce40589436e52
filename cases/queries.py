"""Reading a case as far as the reader may: the solution only after an answer."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from pages.models import SiteImage
from pages.pictures import FIGURE, FULL
from people.access import may
from quizzes.domain.versions import current_version
from quizzes.models import ItemVersion
from quizzes.queries import PresentedItem, present_item

from .domain.answers import SESSION_KEY as SESSION_ANSWERS
from .domain.answers import Committed, answer_in_session
from .models import SOLUTION_FIELDS, CaseAnswer, CasePage


@dataclass(frozen=True)
class CasePicture:
    """A picture of a case in its place."""

    image: SiteImage
    alt: str
    caption: str


@dataclass(frozen=True)
class CaseReading:
    """What one reader may see of a case now.

    `is_revealed` decides whether the template shows the solution; `item` is the question (with
    key and explanation only once answered), `written` a diagnosis in the reader's own words.
    """

    pictures: list[CasePicture]
    item: PresentedItem | None
    version_id: int | None
    answer: Committed | None
    is_revealed: bool

    @property
    def written(self) -> str:
        return self.answer.response.get("diagnosis", "") if self.answer else ""


def committed_answer(*, request: HttpRequest, case: CasePage) -> Committed | None:
    """What this reader has committed to, by account or by session."""
    user = request.user
    if not user.is_authenticated:
        return answer_in_session(session=request.session, case_key=case.translation_key)
    stored = CaseAnswer.objects.filter(user=user, case_key=case.translation_key).first()
    if stored is None:
        return None
    return Committed(
        version_id=stored.version_id, response=stored.response, is_correct=stored.is_correct
    )


def read_case(*, request: HttpRequest, case: CasePage, revealed: bool = False) -> CaseReading:
    """The case for this reader. `revealed` shows the solution for an editor's preview."""
    answer = committed_answer(request=request, case=case)
    version = _version(case=case, answer=answer)
    return CaseReading(
        pictures=case_pictures(case=case),
        item=(
            present_item(version=version, response=answer.response if answer else None)
            if version
            else None
        ),
        version_id=version.pk if version else None,
        answer=answer,
        is_revealed=revealed or answer is not None,
    )


def _version(*, case: CasePage, answer: Committed | None) -> ItemVersion | None:
    if answer:
        # As it was asked, whatever the question has become since; nothing for a diagnosis that
        # was written before the case had a question.
        return ItemVersion.objects.filter(pk=answer.version_id or 0).first()
    return current_version(case.question) if case.question else None


def case_pictures(*, case: CasePage) -> list[CasePicture]:
    """The pictures in order with their renditions, in two queries however many there are."""
    values = [block.value for block in case.pictures]
    images = SiteImage.objects.prefetch_renditions(*FIGURE.specs, *FULL.specs).in_bulk(
        [value["image"].pk for value in values if value["image"]]
    )
    return [
        CasePicture(
            image=images[value["image"].pk], alt=value["alt"], caption=value["caption"] or ""
        )
        for value in values
        if value["image"] and value["image"].pk in images
    ]


def solved_cases(*, user: Any, locale_id: int) -> list[CasePage]:
    """Cases a person has solved that can be read in a language, latest answer first."""
    order = {
        key: place
        for place, key in enumerate(
            CaseAnswer.objects.filter(user=user)
            .order_by("-answered_at")
            .values_list("case_key", flat=True)
        )
    }
    cases = (
        CasePage.objects.live()
        .public()
        .filter(locale_id=locale_id, translation_key__in=order)
        .defer(*SOLUTION_FIELDS)
    )
    return sorted(cases, key=lambda case: order[case.translation_key])


def keys_solved(*, request: HttpRequest) -> frozenset[uuid.UUID]:
    """Translation keys of all cases this reader has solved, by account or by session."""
    user = request.user
    if not user.is_authenticated:
        return frozenset(uuid.UUID(key) for key in request.session.get(SESSION_ANSWERS, {}))
    return frozenset(CaseAnswer.objects.filter(user=user).values_list("case_key", flat=True))


def mark_solved(cases: Iterable[CasePage], *, request: HttpRequest) -> None:
    """Give each case `is_solved`, whether this reader has answered it; one query for a list."""
    solved = keys_solved(request=request)
    for case in cases:
        case.is_solved = case.translation_key in solved


def may_skip_answer(*, user: Any, case: CasePage) -> bool:
    """Whether this reader sees the solution without answering (those who write and edit it)."""
    return may(user, "cases.see_solution", case)
