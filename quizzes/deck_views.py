"""The review deck: what is due today, one item after the other."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.access import fetch, require

from .deck_queries import USUAL_HOUR, read_deck
from .domain.deck import NotDue, answer_card, remember_closed_attempts, take_back
from .domain.reminders import remind_at, remind_no_more, reminder_of
from .domain.versions import current_version
from .item_types import InvalidResponse
from .models import ReviewCard
from .queries import present_item


@never_cache
@login_required
@require_safe
def deck(request: HttpRequest) -> HttpResponse:
    """How many are due, where to begin, and which topics are weak."""
    require(request.user, "quizzes.keep_deck")
    now = timezone.now()
    remember_closed_attempts(user=request.user, now=now)
    reminder = reminder_of(user=request.user)
    context = {
        "deck": read_deck(user=request.user, now=now),
        "reminder": reminder,
        "hours": [(hour, dt.time(hour)) for hour in range(24)],
        "chosen_hour": reminder.hour if reminder else USUAL_HOUR,
    }
    return render(request, "quizzes/deck.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, card_id: int) -> HttpResponse:
    """One item of the deck: asked while it is due, explained once answered."""
    cards = ReviewCard.objects.select_related("item")
    found = fetch(request.user, "quizzes.answer_card", cards, pk=card_id)
    now = timezone.now()
    error, draft = "", None
    if request.method == "POST":
        try:
            version = current_version(found.item)
            answer_card(card=found, version=version, data=request.POST, now=now)
        except InvalidResponse as problem:
            error, draft = str(problem), problem.draft
        except NotDue:
            return redirect("quizzes:card", found.pk)
        else:
            return redirect("quizzes:card", found.pk)
    last = None
    if found.due_at > now:
        last = found.log.select_related("version").order_by("-reviewed_at").first()
    item = present_item(
        version=last.version if last else current_version(found.item),
        response=last.response if last else None,
        draft=draft,
    )
    context = {"card": found, "item": item, "error": error}
    if last:
        waiting = read_deck(user=request.user, now=now)
        context |= {"following": next(iter(waiting.queue), None), "left": waiting.due}
    return render(request, "quizzes/card.html", context, status=422 if error else 200)


@require_POST
@login_required
def take_leech_back(request: HttpRequest, card_id: int) -> HttpResponse:
    """Let an item that was set aside come again."""
    found = fetch(request.user, "quizzes.answer_card", ReviewCard.objects.all(), pk=card_id)
    take_back(card=found)
    return redirect("quizzes:deck")


@require_POST
@login_required
def reminders(request: HttpRequest) -> HttpResponse:
    """Be reminded of due reviews by e-mail at an hour of one's own, or no more."""
    require(request.user, "quizzes.keep_deck")
    hour = request.POST.get("hour", "")
    if request.POST.get("do") == "stop":
        remind_no_more(user=request.user)
        messages.success(request, _("You are not reminded any more."))
    elif hour.isdecimal() and len(hour) < 3 and int(hour) < 24:
        remind_at(user=request.user, hour=int(hour))
        messages.success(request, _("You are reminded on days when reviews are due."))
    return redirect("quizzes:deck")
