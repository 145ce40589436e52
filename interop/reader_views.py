"""Pages that a launch leads to: whose account, which link, and the quiz itself."""

import contextlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.domain.enrolments import EnrolmentRefused, enrol
from courses.gates import courses_asking_for
from people.access import may
from quizzes.models import Quiz
from quizzes.queries import attempts_of

from .domain.deep_links import answer, return_url, takes_several
from .domain.grades import place
from .domain.identities import (
    LinkedToAnother,
    identity_of,
    link_account,
    may_be_signed_in_by_platform,
    note_launch,
    open_account_for,
    unlink,
)
from .domain.launches import DEEP_LINK, GOOD_FOR, LaunchRefused, target_in, use_launch
from .middleware import allow_forms, is_embedded
from .models import Identity, Launch, TargetKind
from .models.platforms import origin_of
from .targets import Target, find_target, launchable, locale_id_of
from .views import SESSION_LAUNCH, again_url, refuse, sign_in


def _pending(request: HttpRequest) -> Launch | None:
    """The launch of this session, while it is fresh and not used."""
    return (
        Launch.objects.select_related("platform")
        .filter(
            pk=request.session.get(SESSION_LAUNCH) or 0,
            used_at=None,
            validated_at__gte=timezone.now() - GOOD_FOR,
            platform__is_active=True,
        )
        .first()
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest) -> HttpResponse:
    """Where a launch goes on. The first time the person says whose account it shall be."""
    launch = _pending(request)
    if launch is None:
        return refuse(request, LaunchRefused("repeated"))
    identity = identity_of(platform=launch.platform, subject=(launch.claims or {})["subject"])
    if identity is None:
        return _first_time(request, launch)
    if request.user != identity.user:
        if may_be_signed_in_by_platform(identity.user):
            sign_in(request, identity)
        else:
            return _sign_in_yourself(request, launch)
    note_launch(identity=identity)
    return _go(request, launch, identity)


def _first_time(request: HttpRequest, launch: Launch) -> HttpResponse:
    chosen = request.POST.get("account", "")
    if chosen == "new":
        opened = open_account_for(launch=launch, language=translation.get_language() or "")
        sign_in(request, opened)
        return _go(request, launch, opened)
    if chosen == "mine" and request.user.is_authenticated:
        try:
            return _go(request, launch, link_account(launch=launch, user=request.user))
        except LinkedToAnother:
            return refuse(request, LaunchRefused("other_account", launch=launch))
    context = {
        "platform": launch.platform,
        "names": " ".join((launch.claims or {})["names"]).strip(),
        "sign_in_url": _sign_in_url(request, launch),
        "is_embedded": is_embedded(request),
    }
    return render(request, "interop/first_time.html", context)


def _sign_in_url(request: HttpRequest, launch: Launch) -> str:
    """Where one signs in and comes back; from a frame that is a window with a launch of its own."""
    return again_url(launch) if is_embedded(request) else redirect_to_login(request.path).url


def _sign_in_yourself(request: HttpRequest, launch: Launch) -> HttpResponse:
    """Accounts that a platform alone may not open: their owners sign in, then go on here."""
    context = {
        "platform": launch.platform,
        "sign_in_url": _sign_in_url(request, launch),
        "is_embedded": is_embedded(request),
        "is_somebody_else": request.user.is_authenticated,
    }
    return render(request, "interop/sign_in_yourself.html", context)


def _go(request: HttpRequest, launch: Launch, identity: Identity) -> HttpResponse:
    """To what the link leads to; whoever comes by a link to a course is enrolled in it."""
    named = target_in((launch.claims or {})["target"])
    if named is None:
        use_launch(launch=launch)
        return redirect("courses:my_learning")
    kind, key = named
    target = find_target(kind=kind, key=key, language=translation.get_language() or "")
    if target is None:
        return refuse(request, LaunchRefused("no_target", launch=launch))
    if kind == TargetKind.COURSE and may(request.user, "courses.enrol", target.thing):
        # The course's page says what is missing: a course before it, or the choice of a cohort.
        with contextlib.suppress(EnrolmentRefused):
            enrol(user=request.user, course=target.thing)
    place(launch=launch, identity=identity, kind=kind, key=key)
    use_launch(launch=launch)
    return redirect(_page_of(request, target))


def _page_of(request: HttpRequest, target: Target) -> str:
    if target.kind == TargetKind.QUIZ:
        return reverse("connections:quiz", args=[target.thing.pk])
    return target.thing.get_url(request)


@never_cache
@login_required
@require_safe
def quiz(request: HttpRequest, quiz_id: int) -> HttpResponse:
    """A quiz by itself, as a platform's course links it."""
    found = Quiz.objects.filter(pk=quiz_id).select_related("locale").first()
    target = found and find_target(
        kind=TargetKind.QUIZ, key=found.translation_key, language=found.locale.language_code
    )
    if not target:
        raise Http404
    attempts = list(attempts_of(user=request.user, quiz=target.thing))
    is_open = may(request.user, "quizzes.take_quiz", target.thing)
    context = {
        "quiz": target.thing,
        "attempts": attempts,
        "courses": [] if is_open else courses_asking_for(target.thing),
        "is_open": is_open,
    }
    return render(request, "interop/quiz.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Deep linking: choose what the new link leads to; the answer goes back by the browser."""
    launch = _pending(request)
    if launch is None or (launch.claims or {})["message"] != DEEP_LINK:
        return refuse(request, LaunchRefused("repeated"))
    locale_id = locale_id_of(translation.get_language() or "")
    groups = [(kind, kind.label, launchable(kind=kind, locale_id=locale_id)) for kind in TargetKind]
    by_name = {f"{t.kind}:{t.key}": t for _kind, _label, targets in groups for t in targets}
    several = takes_several(launch)
    names = request.POST.getlist("target")[: None if several else 1]
    chosen = [by_name[name] for name in names if name in by_name]
    if chosen:
        return _send_links(request, launch, chosen)
    if request.method == "POST":
        messages.error(request, _("Choose what the link shall lead to."))
    context = {"platform": launch.platform, "groups": groups, "takes_several": several}
    return render(request, "interop/choose.html", context)


def _send_links(request: HttpRequest, launch: Launch, chosen: list[Target]) -> HttpResponse:
    try:
        use_launch(launch=launch)
    except LaunchRefused as refused:
        return refuse(request, refused)
    base_url = request.build_absolute_uri("/").rstrip("/")
    context = {
        "platform": launch.platform,
        "chosen": chosen,
        "return_url": return_url(launch),
        "token": answer(launch=launch, targets=chosen, base_url=base_url),
    }
    response = render(request, "interop/send_links.html", context)
    allow_forms(response, origin_of(return_url(launch)))
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_platforms(request: HttpRequest) -> HttpResponse:
    """The learning platforms that sign one in, and parting from them."""
    mine = Identity.objects.filter(user=request.user).select_related("platform")
    if request.method == "POST":
        chosen = request.POST.get("identity", "")
        identity = mine.filter(pk=chosen).first() if chosen.isdecimal() else None
        if identity:
            unlink(identity=identity)
            told = _("%(platform)s signs you in no more.") % {"platform": identity.platform}
            messages.success(request, told)
        return redirect("connections:platforms")
    context = {"identities": mine, "has_password": request.user.has_usable_password()}
    return render(request, "interop/platforms.html", context)
