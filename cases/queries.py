"""Reading a case as far as the reader may: the solution only after an answer."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.rich_text import expand_db_html

from pages.models import SiteImage
from pages.pictures import FIGURE, FULL
from people.access import may
from quizzes.domain.versions import current_version
from quizzes.models import Item, ItemVersion
from quizzes.queries import PresentedItem, present_item

from .domain.answers import SESSION_KEY as SESSION_ANSWERS
from .domain.answers import (
    Committed,
    answer_in_session,
    read_in_session,
    steps_in_session,
    steps_of,
)
from .key_images import KeyImage, key_images
from .marks import TiedMarks, marks_of, tied_marks
from .models import (
    SOLUTION_FIELDS,
    CaseAnswer,
    CasePage,
    CaseStep,
    ReadCase,
    SavedCase,
    Stage,
    StepAnswer,
)
from .peers import Peers, as_marks, peers_of
from .phrases import tie_phrases, without_bare_headings
from .record_queries import without_withdrawn
from .viewing import Viewing


@dataclass(frozen=True)
class CasePicture:
    """A picture of a case in its place."""

    image: SiteImage
    alt: str
    caption: str


@dataclass(frozen=True)
class PresentedStep:
    """A question of a case as this reader may see it; `item` is None where words are asked for.

    `reveals` is what opens with its answer. `version_id` travels with the form.
    """

    key: str
    reveals: str
    item: PresentedItem | None
    version_id: int | None
    answer: Committed | None
    peers: Peers | None = None

    @property
    def written(self) -> str:
        return self.answer.written if self.answer else ""


@dataclass(frozen=True)
class CaseReading:
    """What one reader may see of a case now.

    `is_revealed` decides whether the template shows the solution. Before that `shows_findings` and
    `shows_differential` open with the steps; `steps` are those answered and the one whose turn it
    is, and `last` is the question for the diagnosis, once it is asked. `marks` are for the stack:
    the author's, the reader's own, and where others marked; `key_images` are the author's too.
    """

    pictures: list[CasePicture]
    steps: list[PresentedStep]
    last: PresentedStep | None
    step_count: int
    is_revealed: bool
    has_chosen_to_read: bool
    shows_findings: bool
    shows_differential: bool
    findings: str
    differential: list[str]
    marks: list[dict[str, Any]]
    key_images: list[KeyImage]

    @property
    def answer(self) -> Committed | None:
        return self.last.answer if self.last else None

    @property
    def item(self) -> PresentedItem | None:
        return self.last.item if self.last else None

    @property
    def has_author_marks(self) -> bool:
        """Whether there is something to download: keys of questions are no marks of the case."""
        return any(mark["kind"] == "author" and "id" in mark for mark in self.marks)

    @property
    def steps_done(self) -> int:
        return sum(step.answer is not None for step in self.steps)


@dataclass(frozen=True)
class Standing:
    """How far a reader has come: the answer to the case, to its steps, or the choice to read."""

    answer: Committed | None = None
    steps: Mapping[str, Committed] = field(default_factory=dict)
    has_chosen_to_read: bool = False


def standing_of(*, request: HttpRequest, case: CasePage) -> Standing:
    """How far this reader has come, by account or by session; three queries for an account."""
    user, key = request.user, case.translation_key
    if not user.is_authenticated:
        return Standing(
            answer=answer_in_session(session=request.session, case_key=key),
            steps=steps_in_session(session=request.session, case_key=key),
            has_chosen_to_read=read_in_session(session=request.session, case_key=key),
        )
    stored = CaseAnswer.objects.filter(user=user, case_key=key).first()
    steps = StepAnswer.objects.filter(user=user, case_key=key)
    return Standing(
        answer=_committed(stored) if stored else None,
        steps={str(step.step_key): _committed(step) for step in steps},
        has_chosen_to_read=ReadCase.objects.filter(user=user, case_key=key).exists(),
    )


def _committed(stored: CaseAnswer | StepAnswer) -> Committed:
    return Committed(
        version_id=stored.version_id,
        response=stored.response,
        is_correct=stored.is_correct,
        share=stored.share,
        confidence=stored.confidence,
        after_reading=stored.after_reading,
    )


def committed_answer(*, request: HttpRequest, case: CasePage) -> Committed | None:
    """What this reader has committed to, by account or by session."""
    return standing_of(request=request, case=case).answer


def read_case(
    *,
    request: HttpRequest,
    case: CasePage,
    viewing: Viewing | None = None,
    revealed: bool = False,
    drafts: Mapping[str, Any] | None = None,
) -> CaseReading:
    """The case for this reader. `revealed` shows the solution for an editor's preview; `drafts`
    are what was sent and refused, by the step's key ("" for the last question)."""
    standing = standing_of(request=request, case=case)
    is_revealed = revealed or standing.answer is not None or standing.has_chosen_to_read
    asked = steps_of(case)
    shown = _steps_shown(asked, standing, is_revealed=is_revealed)
    drafts = drafts or {}
    steps = [
        _presented(
            key=str(step.key),
            reveals=step.reveals,
            question=step.question,
            answer=standing.steps.get(str(step.key)),
            draft=drafts.get(str(step.key)),
            user=request.user,
        )
        for step in shown
    ]
    are_done = all(str(step.key) in standing.steps for step in asked)
    last = (
        _presented(
            key="",
            reveals=Stage.DIAGNOSIS,
            question=case.question,
            answer=standing.answer,
            draft=drafts.get(""),
            user=request.user,
        )
        if are_done or is_revealed
        else None
    )
    opened = is_revealed or _is_open(Stage.FINDINGS, asked, standing)
    differential = is_revealed or _is_open(Stage.DIFFERENTIAL, asked, standing)
    tied = _author_marks(case, viewing) if opened else TiedMarks(marks=[], phrases=[])
    presented = [*steps, *([last] if last else [])]
    return CaseReading(
        pictures=case_pictures(case=case, revealed=is_revealed),
        steps=steps,
        last=last,
        step_count=len(asked),
        is_revealed=is_revealed,
        has_chosen_to_read=standing.has_chosen_to_read,
        shows_findings=opened,
        shows_differential=differential,
        findings=tie_phrases(expand_db_html(without_bare_headings(case.findings)), tied.phrases)
        if opened
        else "",
        differential=_named(case) if differential else [],
        marks=[*tied.marks, *(mark for step in presented for mark in _marks_of(step))],
        key_images=key_images(tied.marks, viewing=viewing),
    )


def has_findings_open(*, request: HttpRequest, case: CasePage) -> bool:
    """Whether this reader has come so far that the findings are open."""
    standing = standing_of(request=request, case=case)
    is_revealed = standing.answer is not None or standing.has_chosen_to_read
    return is_revealed or _is_open(Stage.FINDINGS, steps_of(case), standing)


def _steps_shown(asked: list[CaseStep], standing: Standing, *, is_revealed: bool) -> list[CaseStep]:
    """The answered steps and the one whose turn it is; all that were answered, once open."""
    answered = [step for step in asked if str(step.key) in standing.steps]
    waiting = [step for step in asked if str(step.key) not in standing.steps]
    # Who has answered the last question is asked nothing on the way to it any more.
    return answered if is_revealed else [*answered, *waiting[:1]]


def _is_open(stage: str, asked: list[CaseStep], standing: Standing) -> bool:
    """Whether a part opens before the diagnosis: it has steps of its own, all answered."""
    own = [step for step in asked if step.reveals == stage]
    return bool(own) and all(str(step.key) in standing.steps for step in own)


def _presented(
    *,
    key: str,
    reveals: str,
    question: Item | None,
    answer: Committed | None,
    draft: Any,
    user: Any,
) -> PresentedStep:
    version = _version(question=question, answer=answer)
    return PresentedStep(
        key=key,
        reveals=reveals,
        item=(
            present_item(version=version, response=answer.response if answer else None, draft=draft)
            if version
            else None
        ),
        version_id=version.pk if version else None,
        answer=answer,
        peers=peers_of(version=version, user=user) if version and answer else None,
    )


def _version(*, question: Item | None, answer: Committed | None) -> ItemVersion | None:
    if answer:
        # As it was asked, whatever the question has become since; nothing for a diagnosis that
        # was written before the case had a question.
        return ItemVersion.objects.filter(pk=answer.version_id or 0).first()
    return current_version(question) if question else None


def _author_marks(case: CasePage, viewing: Viewing | None) -> TiedMarks:
    marks = marks_of(case_key=case.translation_key, viewing=viewing)
    return tied_marks(marks, language=case.locale.language_code)


def _marks_of(step: PresentedStep) -> list[dict[str, Any]]:
    """What an answered question on the stack puts there: the key, the answer, the others'."""
    if step.item is None or not step.item.is_explained or "series" not in step.item.view:
        return []
    view = step.item.view
    own = [mark | {"series": view["series"]} for mark in view.get("marks", [])]
    return [*own, *as_marks(step.peers, view=view)]


def _named(case: CasePage) -> list[str]:
    """The differential diagnosis without reasons, by the alphabet: its order may tell."""
    return sorted((entry.value["diagnosis"] for entry in case.differential), key=str.casefold)


def case_pictures(*, case: CasePage, revealed: bool = False) -> list[CasePicture]:
    """The pictures in order with their renditions, in two queries however many there are.

    Caption and text alternative may name what is seen: before the case is open the author's words
    for that time stand in their place, or else none but the picture's number.
    """
    values = [block.value for block in case.pictures]
    images = SiteImage.objects.prefetch_renditions(*FIGURE.specs, *FULL.specs).in_bulk(
        [value["image"].pk for value in values if value["image"]]
    )
    return [
        CasePicture(
            image=images[value["image"].pk],
            alt=value["alt"] if revealed else value.get("early_alt") or _numbered(number),
            caption=(value["caption"] or "") if revealed else "",
        )
        for number, value in enumerate(values, start=1)
        if value["image"] and value["image"].pk in images
    ]


def _numbered(number: int) -> str:
    return _("Picture %(number)d of the case") % {"number": number}


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
        without_withdrawn(CasePage.objects.live().public())
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


def is_saved(*, user: Any, case: CasePage) -> bool:
    """Whether this person has put the case among their saved ones."""
    if not user.is_authenticated:
        return False
    return SavedCase.objects.filter(user=user, case_key=case.translation_key).exists()


def may_skip_answer(*, user: Any, case: CasePage) -> bool:
    """Whether this reader sees the solution without answering (those who write and edit it)."""
    return may(user, "cases.see_solution", case)
