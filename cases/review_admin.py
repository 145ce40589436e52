"""Peer review in the editing desk: all rounds, one round, correcting and withdrawing, beginning."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import Page

from people.access import fetch, may, require
from people.models import User
from people.roles import Role

from .domain.beginnings import begin_case
from .domain.publication import (
    NothingToCorrect,
    NotPublished,
    Withdrawn,
    publish_correction,
    record_of,
    withdraw,
)
from .domain.review import ReviewRefused, decide, invite, move_deadline, release
from .models import CasePage, CaseReviewTask, CaseVersion, Decision, PeerReview, ReviewRound
from .record_queries import read_record
from .review_forms import (
    BeginCaseForm,
    CorrectionForm,
    DeadlineForm,
    DecisionForm,
    InviteForm,
    WithdrawalForm,
)
from .review_queries import candidates, editor_desk, read_round, score_lines

_ROUNDS = ReviewRound.objects.select_related("case__department", "task_state", "submitted_by")


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """All rounds: late ones first, then those that wait for the editor."""
    require(request.user, "cases.manage_review")
    return render(request, "cases/admin/review_desk.html", {"desk": editor_desk()})


@never_cache
def round_(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round: reviews, candidates, the forms to invite and to decide."""
    shown = _round(request, round_id)
    return _show_round(request, shown)


def _round(request: HttpRequest, round_id: int) -> ReviewRound:
    return fetch(request.user, "cases.manage_review", _ROUNDS, pk=round_id)


def _show_round(
    request: HttpRequest,
    shown: ReviewRound,
    *,
    invite_form: InviteForm | None = None,
    decision_form: DecisionForm | None = None,
) -> HttpResponse:
    reading = read_round(round_=shown)
    refusals = [
        str(error)
        for form in (invite_form, decision_form)
        if form
        for errors in form.errors.values()
        for error in errors
    ]
    for refusal in refusals:
        # The forms stand far down the page.
        messages.error(request, refusal)
    return render(
        request,
        "cases/admin/review_round.html",
        {
            "reading": reading,
            "round": shown,
            "case": shown.case,
            "rows": [(review, score_lines(review), DeadlineForm()) for review in reading.reviews],
            "candidates": candidates(round_=shown) if shown.is_open else [],
            "invite_form": invite_form or _invite_form(shown),
            "decision_form": decision_form or DecisionForm(is_published=reading.is_published),
            "may_decide": may(request.user, "cases.decide_review", shown.case),
        },
        status=422 if refusals else 200,
    )


def _invite_form(shown: ReviewRound, data: Any = None) -> InviteForm:
    task_id = shown.task_state and shown.task_state.task_id
    task = CaseReviewTask.objects.filter(pk=task_id).first()
    reviewers = User.objects.filter(groups__name=Role.REVIEWER, is_active=True)
    return InviteForm(data, reviewers=reviewers, days=task.days if task else 21)


@require_POST
def invite_reviewers(request: HttpRequest, round_id: int) -> HttpResponse:
    """Invite the chosen reviewers."""
    shown = _round(request, round_id)
    form = _invite_form(shown, request.POST)
    if form.is_valid():
        try:
            invited = invite(
                round_=shown,
                reviewers=form.cleaned_data["reviewers"],
                due_at=form.due_at,
                by=request.user,
            )
        except ReviewRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)d reviewer is invited.",
                    "%(count)d reviewers are invited.",
                    len(invited),
                )
                % {"count": len(invited)},
            )
            return _to_round(shown)
    return _show_round(request, shown, invite_form=form)


@require_POST
def decide_round(request: HttpRequest, round_id: int) -> HttpResponse:
    """Take the decision; nobody decides on what they wrote."""
    shown = _round(request, round_id)
    require(request.user, "cases.decide_review", shown.case)
    is_published = record_of(case=shown.case) is not None
    form = DecisionForm(request.POST, is_published=is_published)
    if form.is_valid():
        try:
            decide(
                round_=shown,
                decision=Decision(form.cleaned_data["decision"]),
                letter=form.cleaned_data["letter"],
                what_changed=form.cleaned_data.get("what_changed", ""),
                by=request.user,
            )
        except ReviewRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Decided. The authors get your letter by mail."))
            return _to_round(shown)
    return _show_round(request, shown, decision_form=form)


@require_POST
def change_review(request: HttpRequest, review_id: int) -> HttpResponse:
    """Move a reviewer's deadline, or go on without them."""
    asked = PeerReview.objects.select_related("round__case", "round__task_state", "reviewer").get(
        pk=review_id
    )
    require(request.user, "cases.manage_review", asked.round.case)
    try:
        if "release" in request.POST:
            release(review=asked)
            messages.success(request, _("This review is no longer awaited."))
        else:
            form = DeadlineForm(request.POST)
            if form.is_valid():
                move_deadline(review=asked, due_at=form.due_at)
                messages.success(request, _("The deadline is moved."))
            else:
                messages.error(request, _("Please choose a day."))
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    return _to_round(asked.round)


def _to_round(shown: ReviewRound) -> HttpResponseRedirect:
    return redirect("cases_review:round", shown.pk)


# --- After publication ---------------------------------------------------------------------------


@never_cache
def publication(request: HttpRequest, page_id: int) -> HttpResponse:
    """A case's number, versions and citation; correct it, publish it again, withdraw it."""
    case = fetch(request.user, "cases.correct_case", CasePage.objects, pk=page_id)
    correction, withdrawal = CorrectionForm(), WithdrawalForm()
    if request.method == "POST":
        answer, correction, withdrawal = _act(request, case)
        if answer:
            return answer
    latest = case.get_latest_revision()
    reading = read_record(case=case, request=request)
    return render(
        request,
        "cases/admin/publication.html",
        {
            "case": case,
            "reading": reading,
            "latest": latest,
            "is_offline": _is_unchanged_offline(case),
            "has_changes": latest is not None and latest.pk != case.live_revision_id,
            "correction": correction,
            "withdrawal": withdrawal,
            "may_withdraw": may(request.user, "cases.withdraw_case", case),
        },
        status=422 if correction.errors or withdrawal.errors else 200,
    )


def _is_unchanged_offline(case: CasePage) -> bool:
    """Whether its newest revision is a version already, which readers do not see at present."""
    if case.live:
        return False
    return CaseVersion.objects.filter(
        revision=case.get_latest_revision(), number__isnull=False
    ).exists()


def _act(
    request: HttpRequest, case: CasePage
) -> tuple[HttpResponse | None, CorrectionForm, WithdrawalForm]:
    correction, withdrawal = CorrectionForm(), WithdrawalForm()
    done = ""
    try:
        if "withdraw" in request.POST:
            require(request.user, "cases.withdraw_case", case)
            withdrawal = WithdrawalForm(request.POST)
            if withdrawal.is_valid():
                withdraw(
                    case=case,
                    notice=withdrawal.cleaned_data["notice"],
                    by=request.user,
                )
                done = _("The case is withdrawn; your notice stands in its place.")
        elif "again" in request.POST and _is_unchanged_offline(case):
            publish_correction(case=case, note="", by=request.user)
            done = _("The case is published again.")
        else:
            correction = CorrectionForm(request.POST)
            if correction.is_valid():
                publish_correction(case=case, note=correction.cleaned_data["note"], by=request.user)
                done = _("The correction is published.")
    except NotPublished:
        messages.error(request, _("This case has not been published yet."))
    except Withdrawn:
        messages.error(request, _("This case has been withdrawn already."))
    except NothingToCorrect:
        messages.error(request, _("Nothing has changed since the last version."))
    if done:
        messages.success(request, done)
        return redirect("cases_review:publication", case.pk), correction, withdrawal
    return None, correction, withdrawal


# --- Beginning -----------------------------------------------------------------------------------


def begin(request: HttpRequest, parent_id: int) -> HttpResponse:
    """Begin a case by a template of its modality."""
    parent = Page.objects.get(pk=parent_id).specific
    require(request.user, "people.enter_admin")
    if not parent.permissions_for_user(request.user).can_add_subpage():
        messages.error(request, _("You can begin cases in your department's own section only."))
        return redirect("wagtailadmin_home")
    form = BeginCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        case = begin_case(
            parent=parent,
            title=form.cleaned_data["title"],
            modality=form.cleaned_data["modality"],
            by=request.user,
        )
        return redirect("wagtailadmin_pages:edit", case.pk)
    return render(
        request,
        "cases/admin/begin.html",
        {"form": form, "parent": parent},
        status=422 if form.errors else 200,
    )
