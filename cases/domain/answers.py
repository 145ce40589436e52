"""Committing an answer to a case: once, and then it stands.

Readers without an account commit too; their answers are kept in their session on the server
and become theirs when they sign in.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from cases.models import CaseAnswer, CasePage
from quizzes import item_types
from quizzes.domain.versions import current_version
from quizzes.item_types import InvalidResponse
from quizzes.models import Item, ItemVersion

SESSION_KEY = "case_answers"
LONGEST_DIAGNOSIS = 300


@dataclass(frozen=True)
class Committed:
    """A committed answer, whoever gave it. `is_correct` is None for a written diagnosis."""

    version_id: int | None
    response: dict[str, Any]
    is_correct: bool | None


def read_answer(*, case: CasePage, data: Mapping[str, Any]) -> Committed:
    """Turn submitted form data into an answer; raises `InvalidResponse` with what to do."""
    if case.question is None:
        diagnosis = " ".join(str(data.get("diagnosis", "")).split())[:LONGEST_DIAGNOSIS]
        if len(diagnosis) < 3:
            raise InvalidResponse(gettext("Write your diagnosis, then answer."))
        return Committed(version_id=None, response={"diagnosis": diagnosis}, is_correct=None)
    version = _version_shown(question=case.question, data=data)
    item_type = item_types.get(version.item_type)
    response = item_type.read_response(version.content, data)
    score = item_type.score(version.content, response)
    return Committed(version_id=version.pk, response=response, is_correct=score.is_full)


def _version_shown(*, question: Item, data: Mapping[str, Any]) -> ItemVersion:
    """The version the learner had before them; the current one when the form doesn't say."""
    if str(data.get("version", "")).isdecimal():
        shown = ItemVersion.objects.filter(pk=data["version"], item=question).first()
        if shown:
            return shown
    return current_version(question)


@transaction.atomic
def commit_as_user(*, user: Any, case: CasePage, data: Mapping[str, Any]) -> CaseAnswer:
    """Commit the user's answer; a second one leaves the first as it is and returns it."""
    existing = CaseAnswer.objects.filter(user=user, case_key=case.translation_key).first()
    if existing:
        return existing
    return _store(user=user, case=case, answer=read_answer(case=case, data=data))


def adopt_at_sign_in(*, request: HttpRequest, user: Any, **_signal: Any) -> None:
    """Django's one notice of a sign-in, by whatever way: what was answered before it counts."""
    if SESSION_KEY in request.session:
        adopt_session_answers(session=request.session, user=user)


def _store(*, user: Any, case: CasePage, answer: Committed) -> CaseAnswer:
    stored, _created = CaseAnswer.objects.get_or_create(
        user=user,
        case_key=case.translation_key,
        defaults={
            "case": case,
            "version_id": answer.version_id,
            "response": answer.response,
            "is_correct": answer.is_correct,
            "answered_at": timezone.now(),
        },
    )
    return stored


def commit_in_session(
    *, session: SessionBase, case: CasePage, data: Mapping[str, Any]
) -> Committed:
    """Commit the answer of a reader without an account; the first one stands."""
    existing = answer_in_session(session=session, case_key=case.translation_key)
    if existing:
        return existing
    answer = read_answer(case=case, data=data)
    answers = session.get(SESSION_KEY, {})
    session[SESSION_KEY] = {**answers, str(case.translation_key): asdict(answer)}
    return answer


def answer_in_session(*, session: SessionBase, case_key: uuid.UUID) -> Committed | None:
    """What this session has committed to a case."""
    stored = session.get(SESSION_KEY, {}).get(str(case_key))
    return Committed(**stored) if stored else None


@transaction.atomic
def adopt_session_answers(*, session: SessionBase, user: Any) -> int:
    """Make answers given before signing in the user's own; return how many were new to them."""
    answers = session.pop(SESSION_KEY, {})
    solved = set(CaseAnswer.objects.filter(user=user).values_list("case_key", flat=True))
    adopted = 0
    cases = {
        str(case.translation_key): case
        for case in CasePage.objects.filter(translation_key__in=answers.keys())
    }
    for key, stored in answers.items():
        if key in cases and uuid.UUID(key) not in solved:
            _store(user=user, case=cases[key], answer=Committed(**stored))
            adopted += 1
    return adopted
