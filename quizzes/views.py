"""Taking a quiz: plain pages and forms; script only adds comfort."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pages.next_url import safe_next_url
from people.access import fetch, may

from .domain.attempts import (
    AttemptFinished,
    NoAttemptsLeft,
    QuizIsEmpty,
    QuizNotOpen,
    StaleAnswer,
    finish_attempt,
    mark_shown,
    record_answer,
    start_attempt,
)
from .domain.deadlines import time_is_up
from .domain.draws import NotEnoughItems
from .item_types import InvalidResponse
from .models import Answer, Attempt, Quiz
from .queries import answers_of, conditions_of, latest_change, present_answers, present_item


def _url(name: str, request: HttpRequest, *args: int) -> str:
    next_url = safe_next_url(request)
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    return reverse(f"quizzes:{name}", args=args) + query


def _fetch_attempt(request: HttpRequest, attempt_id: int, permission: str) -> Attempt:
    return fetch(request.user, permission, Attempt.objects.select_related("quiz"), pk=attempt_id)


@require_POST
def start(request: HttpRequest, quiz_id: int) -> HttpResponse:
    """Begin an attempt, or go on with the one that is open."""
    if not request.user.is_authenticated:
        # Back to the page with the button: this address answers no GET.
        return redirect_to_login(safe_next_url(request) or "/")
    quiz = get_object_or_404(Quiz, pk=quiz_id)
    if not may(request.user, "quizzes.take_quiz", quiz):
        return _refuse(request, quiz, _("This quiz opens with its lesson."), status=403)
    try:
        attempt = start_attempt(quiz=quiz, user=request.user)
    except (QuizIsEmpty, NotEnoughItems):
        raise Http404(_("This quiz has no questions yet.")) from None
    except (QuizNotOpen, NoAttemptsLeft) as refusal:
        return _refuse(request, quiz, _refusal(quiz, refusal), status=409)
    first_open = attempt.answers.filter(answered_at=None).order_by("position").first()
    position = first_open.position if first_open else attempt.answers.count()
    return redirect(_url("answer", request, attempt.pk, position))


def _refuse(request: HttpRequest, quiz: Quiz, sentence: str, *, status: int) -> HttpResponse:
    context = {"quiz": quiz, "refusal": sentence, "next_url": safe_next_url(request)}
    return render(request, "quizzes/refused.html", context, status=status)


def _refusal(quiz: Quiz, refusal: Exception) -> str:
    if isinstance(refusal, NoAttemptsLeft):
        return _("You have taken this quiz as often as it allows.")
    if quiz.opens_at and quiz.opens_at > timezone.now():
        return _("This quiz has not opened yet.")
    return _("This quiz has closed.")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, attempt_id: int, position: int) -> HttpResponse:
    """Show one item; take its answer. In practice the same address then shows why."""
    now = timezone.now()
    attempt = _fetch_attempt(request, attempt_id, "quizzes.answer_attempt")
    if attempt.finished_at or time_is_up(attempt=attempt, now=now):
        return _over(request, attempt)
    if request.method != "POST":
        return _show(request, attempt, position, now=now)
    try:
        stored = record_answer(attempt=attempt, position=position, data=request.POST, now=now)
    except InvalidResponse as problem:
        return _not_complete(request, attempt, position, problem=problem, now=now)
    except StaleAnswer:
        return _stale(request, attempt, position, now=now)
    except AttemptFinished:
        return _over(request, attempt)
    except Answer.DoesNotExist:
        raise Http404 from None
    if _wants_json(request):
        receipt = {"saved": True, "complete": True, "sequence": stored.sequence}
        return JsonResponse(receipt | _time_left(attempt, now))
    return redirect(_url("answer", request, attempt.pk, _goes_on(attempt, stored)))


def _time_left(attempt: Attempt, now: dt.datetime) -> dict[str, int]:
    """For the page's clock: a deadline moves when the hub was away."""
    left = attempt.seconds_left(now)
    return {} if left is None else {"seconds_left": left}


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _goes_on(attempt: Attempt, stored: Answer) -> int:
    """In an exam there is nothing to read here: on to the next item, where there is one."""
    if not attempt.is_exam:
        return stored.position
    following = attempt.answers.filter(position__gt=stored.position).order_by("position").first()
    return following.position if following else stored.position


def _over(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """The attempt is over, by the learner or by the clock: to its result."""
    finish_attempt(attempt=attempt)
    result = _url("attempt", request, attempt.pk)
    if _wants_json(request):
        return JsonResponse({"saved": False, "over": True, "url": result}, status=410)
    return redirect(result)


def _not_complete(
    request: HttpRequest,
    attempt: Attempt,
    position: int,
    *,
    problem: InvalidResponse,
    now: dt.datetime,
) -> HttpResponse:
    if _wants_json(request):
        kept = attempt.is_exam and problem.draft is not None
        return JsonResponse({"saved": kept, "complete": False} | _time_left(attempt, now))
    return _show(
        request,
        attempt,
        position,
        now=now,
        error=str(problem),
        draft=problem.draft,
    )


def _stale(
    request: HttpRequest, attempt: Attempt, position: int, *, now: dt.datetime
) -> HttpResponse:
    sentence = _(
        "You changed this answer in another window. The one stored is shown; to replace it, "
        "answer again."
    )
    if _wants_json(request):
        return JsonResponse({"saved": False, "stale": True, "sentence": sentence}, status=409)
    return _show(request, attempt, position, now=now, error=sentence)


def _show(
    request: HttpRequest,
    attempt: Attempt,
    position: int,
    *,
    now: dt.datetime,
    error: str = "",
    draft: dict[str, Any] | None = None,
) -> HttpResponse:
    answers = answers_of(attempt=attempt)
    current = next((one for one in answers if one.position == position), None)
    if current is None:
        raise Http404
    mark_shown(answer=current, now=now)
    done = sum(one.answered_at is not None for one in answers)
    explained = attempt.may_review(now)
    item = present_item(
        version=current.version,
        response=current.marked_response,
        draft=draft or current.draft,
        explained=explained,
        seed=attempt.seed,
    )
    context = {
        "attempt": attempt,
        "quiz": attempt.quiz,
        "answers": answers,
        "answer": current,
        "item": item,
        "conditions": conditions_of(attempt=attempt, now=now),
        "error": error,
        "position": position,
        "total": len(answers),
        "answered": done,
        "answered_share": done / len(answers),
        # Answering it leaves nothing to answer: a page that saves by itself says so.
        "is_last_open": all(one.answered_at or one is current for one in answers),
        "form_url": _url("answer", request, attempt.pk, position),
        "following_url": (
            _url("answer", request, attempt.pk, position + 1) if position < len(answers) else ""
        ),
        "previous_url": (_url("answer", request, attempt.pk, position - 1) if position > 1 else ""),
        "finish_url": _url("finish", request, attempt.pk),
        "next_url": safe_next_url(request),
    }
    return render(request, "quizzes/answer.html", context, status=422 if error else 200)


@require_POST
def finish(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """Close the attempt and show its result."""
    if not request.user.is_authenticated:
        return redirect_to_login(_url("attempt", request, attempt_id))
    attempt = _fetch_attempt(request, attempt_id, "quizzes.answer_attempt")
    finish_attempt(attempt=attempt)
    return redirect(_url("attempt", request, attempt.pk))


@never_cache
@login_required
@require_safe
def attempt(request: HttpRequest, attempt_id: int) -> HttpResponse:
    """The result of a finished attempt, explained where it may be; an open one goes on."""
    attempt = _fetch_attempt(request, attempt_id, "quizzes.see_attempt")
    now = timezone.now()
    if attempt.finished_at is None and time_is_up(attempt=attempt, now=now):
        attempt = finish_attempt(attempt=attempt, now=now)
    if attempt.finished_at is None:
        return redirect(_url("answer", request, attempt.pk, 1))
    explained = attempt.may_review(now)
    answers = answers_of(attempt=attempt)
    entries = present_answers(answers, seed=attempt.seed) if explained else []
    rescored = any(answer.scored_by_id for answer in answers)
    return render(
        request,
        "quizzes/result.html",
        {
            "attempt": attempt,
            "quiz": attempt.quiz,
            "entries": entries,
            "is_explained": explained,
            "is_pending": attempt.passed is None,
            "rescored": latest_change(attempt=attempt) if rescored else None,
            "again_url": _url("start", request, attempt.quiz_id),
            "next_url": safe_next_url(request),
        },
    )
