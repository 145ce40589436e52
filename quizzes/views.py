"""Taking a quiz, one item at a time. Works as plain forms; script only adds comfort."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pages.next_url import safe_next_url
from people.access import fetch

from .domain.attempts import (
    AttemptFinished,
    QuizIsEmpty,
    finish_attempt,
    record_answer,
    start_attempt,
)
from .item_types import InvalidResponse
from .models import Answer, Attempt, Quiz
from .queries import answers_of, present_answers, present_item


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
    quiz = fetch(request.user, "quizzes.take_quiz", Quiz.objects.all(), pk=quiz_id)
    try:
        attempt = start_attempt(quiz=quiz, user=request.user)
    except QuizIsEmpty:
        raise Http404(_("This quiz has no questions yet.")) from None
    first_open = attempt.answers.filter(answered_at=None).order_by("position").first()
    position = first_open.position if first_open else attempt.answers.count()
    return redirect(_url("answer", request, attempt.pk, position))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, attempt_id: int, position: int) -> HttpResponse:
    """Show one item; take its answer. After answering the same address shows why."""
    attempt = _fetch_attempt(request, attempt_id, "quizzes.answer_attempt")
    if attempt.finished_at:
        return redirect(_url("attempt", request, attempt.pk))
    error = ""
    if request.method == "POST":
        try:
            record_answer(attempt=attempt, position=position, data=request.POST)
        except InvalidResponse as problem:
            error = str(problem)
        except AttemptFinished:
            return redirect(_url("attempt", request, attempt.pk))
        except Answer.DoesNotExist:
            raise Http404 from None
        else:
            return redirect(_url("answer", request, attempt.pk, position))
    answers = answers_of(attempt=attempt)
    current = next((one for one in answers if one.position == position), None)
    if current is None:
        raise Http404
    return render(
        request,
        "quizzes/answer.html",
        {
            "attempt": attempt,
            "quiz": attempt.quiz,
            "answers": answers,
            "answer": current,
            "item": present_item(version=current.version, response=current.response),
            "error": error,
            "position": position,
            "total": len(answers),
            "answered": (done := sum(one.answered_at is not None for one in answers)),
            "answered_share": done / len(answers),
            "form_url": _url("answer", request, attempt.pk, position),
            "following_url": (
                _url("answer", request, attempt.pk, position + 1) if position < len(answers) else ""
            ),
            "previous_url": (
                _url("answer", request, attempt.pk, position - 1) if position > 1 else ""
            ),
            "finish_url": _url("finish", request, attempt.pk),
            "next_url": safe_next_url(request),
        },
        status=422 if error else 200,
    )


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
    """The result of a finished attempt with every item's explanation; an open one goes on."""
    attempt = _fetch_attempt(request, attempt_id, "quizzes.see_attempt")
    if attempt.finished_at is None:
        return redirect(_url("answer", request, attempt.pk, 1))
    answers = answers_of(attempt=attempt)
    return render(
        request,
        "quizzes/result.html",
        {
            "attempt": attempt,
            "quiz": attempt.quiz,
            "entries": present_answers(answers),
            "again_url": _url("start", request, attempt.quiz_id),
            "next_url": safe_next_url(request),
        },
    )
