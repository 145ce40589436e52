"""Committing answers to a case, step by step: each once, and then it stands.

Readers without an account commit too; their answers are kept in their session on the server
and become theirs when they sign in.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from cases.facts import CaseAnswered
from cases.models import CaseAnswer, CasePage, CaseStep, ReadCase, Stage, StepAnswer
from people.facts import tell
from quizzes import item_types
from quizzes.domain.deck import Remembered, remember
from quizzes.domain.versions import current_version
from quizzes.item_types import InvalidResponse
from quizzes.models import Confidence, Item, ItemVersion

SESSION_KEY = "case_answers"
SESSION_STEPS = "case_step_answers"
SESSION_READ = "cases_read"
LONGEST_DIAGNOSIS = 300
LONGEST_TEXT = 2000


class OutOfTurn(Exception):
    """A step before this one has not been answered yet: its answer may be told by it."""


@dataclass(frozen=True)
class Committed:
    """A committed answer, whoever gave it. `is_correct` and `share` are None for written words.

    `share` is of the points possible, 0 to 1; `confidence` in per cent; `after_reading` where the
    solution had been read before.
    """

    version_id: int | None
    response: dict[str, Any]
    is_correct: bool | None
    share: float | None = None
    confidence: int | None = None
    after_reading: bool = False

    @property
    def written(self) -> str:
        """What was written in the reader's own words."""
        return self.response.get("diagnosis") or self.response.get("text") or ""


def steps_of(case: CasePage) -> list[CaseStep]:
    """What is asked on the way to the diagnosis, in the order of asking."""
    order = {stage: place for place, stage in enumerate(Stage.values)}
    return sorted(case.steps.all(), key=lambda step: (order[step.reveals], step.sort_order or 0))


def read_answer(*, case: CasePage, data: Mapping[str, Any]) -> Committed:
    """Turn submitted form data into an answer; raises `InvalidResponse` with what to do."""
    if case.question is None:
        diagnosis = " ".join(str(data.get("diagnosis", "")).split())[:LONGEST_DIAGNOSIS]
        if len(diagnosis) < 3:
            raise InvalidResponse(gettext("Write your diagnosis, then answer."))
        return _written({"diagnosis": diagnosis}, data)
    return _answered(question=case.question, data=data)


def read_step_answer(*, step: CaseStep, data: Mapping[str, Any]) -> Committed:
    """The same for a step."""
    if step.question is None:
        text = str(data.get("text", "")).replace("\x00", "").strip()[:LONGEST_TEXT]
        if len(text) < 3:
            raise InvalidResponse(gettext("Write your answer in a few words, then commit."))
        return _written({"text": text}, data)
    return _answered(question=step.question, data=data)


def _written(response: dict[str, Any], data: Mapping[str, Any]) -> Committed:
    return Committed(
        version_id=None, response=response, is_correct=None, confidence=_confidence(data)
    )


def _answered(*, question: Item, data: Mapping[str, Any]) -> Committed:
    version = _version_shown(question=question, data=data)
    item_type = item_types.get(version.item_type)
    response = item_type.read_response(version.content, data)
    score = item_type.score(version.content, response)
    return Committed(
        version_id=version.pk,
        response=response,
        is_correct=None if score.pending else score.is_full,
        share=None if score.pending else score.points / score.possible,
        confidence=_confidence(data),
    )


def _confidence(data: Mapping[str, Any]) -> int | None:
    given = str(data.get("confidence", ""))
    return int(given) if given in map(str, Confidence.values) else None


def _version_shown(*, question: Item, data: Mapping[str, Any]) -> ItemVersion:
    """The version the learner had before them; the current one when the form doesn't say."""
    if str(data.get("version", "")).isdecimal():
        shown = ItemVersion.objects.filter(pk=data["version"], item=question).first()
        if shown:
            return shown
    return current_version(question)


# --- People with an account


@transaction.atomic
def commit_as_user(*, user: Any, case: CasePage, data: Mapping[str, Any]) -> CaseAnswer:
    """Commit the user's answer; a second one leaves the first as it is and returns it.

    Raises `InvalidResponse`, and `OutOfTurn` while a step is open.
    """
    existing = CaseAnswer.objects.filter(user=user, case_key=case.translation_key).first()
    if existing:
        return existing
    has_read = _has_read(user=user, case=case)
    if not has_read:
        _require_turn(case, answered=_steps_answered(user=user, case=case), before=None)
    answer = replace(read_answer(case=case, data=data), after_reading=has_read)
    return _store(user=user, case=case, answer=answer)


@transaction.atomic
def commit_step_as_user(
    *, user: Any, case: CasePage, step: CaseStep, data: Mapping[str, Any]
) -> StepAnswer:
    """Commit the user's answer to a step; raises as `commit_as_user` does."""
    existing = StepAnswer.objects.filter(
        user=user, case_key=case.translation_key, step_key=step.key
    ).first()
    if existing:
        return existing
    has_read = _has_read(user=user, case=case)
    if not has_read:
        _require_turn(case, answered=_steps_answered(user=user, case=case), before=step)
    answer = replace(read_step_answer(step=step, data=data), after_reading=has_read)
    return _store_step(user=user, case=case, step_key=step.key, answer=answer)


def choose_reading_as_user(*, user: Any, case: CasePage) -> ReadCase:
    """Open the case without solving it."""
    chosen, _created = ReadCase.objects.get_or_create(
        user=user, case_key=case.translation_key, defaults={"chosen_at": timezone.now()}
    )
    return chosen


def _has_read(*, user: Any, case: CasePage) -> bool:
    return ReadCase.objects.filter(user=user, case_key=case.translation_key).exists()


def _steps_answered(*, user: Any, case: CasePage) -> set[str]:
    keys = StepAnswer.objects.filter(user=user, case_key=case.translation_key)
    return {str(key) for key in keys.values_list("step_key", flat=True)}


def _require_turn(case: CasePage, *, answered: set[str], before: CaseStep | None) -> None:
    for step in steps_of(case):
        if before is not None and step.key == before.key:
            return
        if str(step.key) not in answered:
            raise OutOfTurn(step)


def _store(*, user: Any, case: CasePage, answer: Committed) -> CaseAnswer:
    stored, created = CaseAnswer.objects.get_or_create(
        user=user,
        case_key=case.translation_key,
        defaults={"case": case, "answered_at": timezone.now(), **asdict(answer)},
    )
    if created:
        _remember(user=user, answer=answer, at=stored.answered_at)
        tell(CaseAnswered(answer=stored))
    return stored


def _store_step(*, user: Any, case: CasePage, step_key: uuid.UUID, answer: Committed) -> StepAnswer:
    stored, created = StepAnswer.objects.get_or_create(
        user=user,
        case_key=case.translation_key,
        step_key=step_key,
        defaults={"answered_at": timezone.now(), **asdict(answer)},
    )
    if created:
        _remember(user=user, answer=answer, at=stored.answered_at)
    return stored


def _remember(*, user: Any, answer: Committed, at: dt.datetime) -> None:
    """Let the question come again in the learner's review deck; not when the answer was read."""
    if answer.version_id is None or answer.share is None or answer.after_reading:
        return
    version = ItemVersion.objects.get(pk=answer.version_id)
    entry = Remembered(
        version=version,
        response=answer.response,
        share=answer.share,
        confidence=answer.confidence,
        at=at,
    )
    remember(user_id=user.pk, answers=[entry])


# --- Readers without an account


def commit_in_session(
    *, session: SessionBase, case: CasePage, data: Mapping[str, Any]
) -> Committed:
    """Commit the answer of a reader without an account; the first one stands."""
    existing = answer_in_session(session=session, case_key=case.translation_key)
    if existing:
        return existing
    has_read = read_in_session(session=session, case_key=case.translation_key)
    if not has_read:
        answered = steps_in_session(session=session, case_key=case.translation_key)
        _require_turn(case, answered=set(answered), before=None)
    answer = replace(read_answer(case=case, data=data), after_reading=has_read)
    answers = session.get(SESSION_KEY, {})
    session[SESSION_KEY] = {**answers, str(case.translation_key): asdict(answer)}
    return answer


def commit_step_in_session(
    *, session: SessionBase, case: CasePage, step: CaseStep, data: Mapping[str, Any]
) -> Committed:
    """The same for a step."""
    answered = steps_in_session(session=session, case_key=case.translation_key)
    if str(step.key) in answered:
        return answered[str(step.key)]
    has_read = read_in_session(session=session, case_key=case.translation_key)
    if not has_read:
        _require_turn(case, answered=set(answered), before=step)
    answer = replace(read_step_answer(step=step, data=data), after_reading=has_read)
    key = str(case.translation_key)
    cases = session.get(SESSION_STEPS, {})
    session[SESSION_STEPS] = {
        **cases,
        key: {**cases.get(key, {}), str(step.key): asdict(answer)},
    }
    return answer


def choose_reading_in_session(*, session: SessionBase, case: CasePage) -> None:
    """Open the case without solving it, for this session."""
    read = session.get(SESSION_READ, [])
    if str(case.translation_key) not in read:
        session[SESSION_READ] = [*read, str(case.translation_key)]


def answer_in_session(*, session: SessionBase, case_key: uuid.UUID) -> Committed | None:
    """What this session has committed to a case."""
    stored = session.get(SESSION_KEY, {}).get(str(case_key))
    return Committed(**stored) if stored else None


def steps_in_session(*, session: SessionBase, case_key: uuid.UUID) -> dict[str, Committed]:
    """What this session has committed to a case's steps, by the step's key."""
    stored = session.get(SESSION_STEPS, {}).get(str(case_key), {})
    return {key: Committed(**answer) for key, answer in stored.items()}


def read_in_session(*, session: SessionBase, case_key: uuid.UUID) -> bool:
    """Whether this session chose to read the case."""
    return str(case_key) in session.get(SESSION_READ, [])


def adopt_at_sign_in(*, request: HttpRequest, user: Any, **_signal: Any) -> None:
    """Django's one notice of a sign-in, by whatever way: what was answered before it counts."""
    if any(key in request.session for key in (SESSION_KEY, SESSION_STEPS, SESSION_READ)):
        adopt_session_answers(session=request.session, user=user)


@transaction.atomic
def adopt_session_answers(*, session: SessionBase, user: Any) -> int:
    """Make answers given before signing in the user's own; return how many were new to them."""
    answers = session.pop(SESSION_KEY, {})
    steps = session.pop(SESSION_STEPS, {})
    read = session.pop(SESSION_READ, [])
    cases = {
        str(case.translation_key): case
        for case in CasePage.objects.filter(translation_key__in={*answers, *steps, *read})
    }
    solved = set(CaseAnswer.objects.filter(user=user).values_list("case_key", flat=True))
    adopted = 0
    for key in cases.keys() & set(read):
        choose_reading_as_user(user=user, case=cases[key])
    for key in cases.keys() & steps.keys():
        for step_key, stored in steps[key].items():
            _store_step(
                user=user,
                case=cases[key],
                step_key=uuid.UUID(step_key),
                answer=Committed(**stored),
            )
    for key, stored in answers.items():
        if key in cases and uuid.UUID(key) not in solved:
            _store(user=user, case=cases[key], answer=Committed(**stored))
            adopted += 1
    return adopted
