"""Solving a case: committing answers step by step, or choosing to read; keeping a case."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from pages.next_url import safe_next_url
from people.access import fetch, require
from quizzes.item_types import InvalidResponse

from .domain.answers import (
    OutOfTurn,
    choose_reading_as_user,
    choose_reading_in_session,
    commit_as_user,
    commit_in_session,
    commit_step_as_user,
    commit_step_in_session,
)
from .domain.collections import save_case as put_away
from .models import CasePage, CaseStep
from .record_queries import without_withdrawn


def _fetch_case(request: HttpRequest, case_id: int) -> CasePage:
    cases = without_withdrawn(CasePage.objects.live().public())
    return fetch(request.user, "cases.solve_case", cases, pk=case_id)


@require_POST
def commit_answer(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the answer, then show the case again, now with its solution."""
    case = _fetch_case(request, case_id)
    try:
        if request.user.is_authenticated:
            commit_as_user(user=request.user, case=case, data=request.POST)
        else:
            commit_in_session(session=request.session, case=case, data=request.POST)
    except InvalidResponse as error:
        return _not_an_answer(request, case, error)
    except OutOfTurn:
        return HttpResponseRedirect(_back_to(request, case) + "#question")
    return HttpResponseRedirect(_back_to(request, case) + "#solution")


@require_POST
def commit_step(request: HttpRequest, case_id: int, step_key: uuid.UUID) -> HttpResponse:
    """Take the answer to a step, then show the case again with what it opens."""
    case = _fetch_case(request, case_id)
    step = CaseStep.objects.filter(page=case, key=step_key).first()
    if step is None:
        raise Http404
    try:
        if request.user.is_authenticated:
            commit_step_as_user(user=request.user, case=case, step=step, data=request.POST)
        else:
            commit_step_in_session(session=request.session, case=case, step=step, data=request.POST)
    except InvalidResponse as error:
        return _not_an_answer(request, case, error, step=str(step.key))
    except OutOfTurn:
        return HttpResponseRedirect(_back_to(request, case) + "#question")
    return HttpResponseRedirect(f"{_back_to(request, case)}#step-{step.key}")


@require_POST
def choose_reading(request: HttpRequest, case_id: int) -> HttpResponse:
    """Open the case without an answer, because the reader says so."""
    case = _fetch_case(request, case_id)
    if request.user.is_authenticated:
        choose_reading_as_user(user=request.user, case=case)
    else:
        choose_reading_in_session(session=request.session, case=case)
    return HttpResponseRedirect(_back_to(request, case) + "#solution")


@require_POST
@login_required
def save_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Put a case among one's saved ones, or take it out."""
    case = _fetch_case(request, case_id)
    require(request.user, "cases.keep_cases")
    put_away(user=request.user, case=case, saved=request.POST.get("saved") == "1")
    return redirect(_back_to(request, case))


def _not_an_answer(
    request: HttpRequest, case: CasePage, error: InvalidResponse, *, step: str = ""
) -> HttpResponse:
    response: Any = case.serve(request, answer_error=str(error), error_step=step, draft=error.draft)
    response.status_code = 422
    return response


def _back_to(request: HttpRequest, case: CasePage) -> str:
    """The case again, still knowing which lesson the reader came from."""
    url = case.get_url(request)
    next_url = safe_next_url(request)
    return f"{url}?{urlencode({'next': next_url})}" if next_url else url
