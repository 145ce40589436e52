"""Peer review as reviewers and authors meet it: the desk, the blind case, the decision."""

import mimetypes

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pages.models import SiteImage
from people.access import fetch, may, require

from .domain.review import (
    ReviewRefused,
    RoundClosed,
    answer_invitation,
    hand_in,
    save_draft,
)
from .models import CasePage, PeerReview, ReviewRound, ReviewState
from .review_forms import RubricForm
from .review_queries import (
    blind_case,
    comments_to_author,
    department_cases,
    reviewer_desk,
    score_lines,
)

_REVIEWS = PeerReview.objects.select_related("round__task_state", "round__revision")
_PICTURE = "max-1600x1600|format-webp"


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this person: reviews they owe, cases of their department to revise."""
    require(request.user, "cases.see_own_reviews")
    department = may(request.user, "cases.see_department_reviews")
    return render(
        request,
        "cases/review/desk.html",
        {
            "desk": reviewer_desk(user=request.user),
            "is_of_department": department,
            "standings": department_cases(user=request.user) if department else [],
        },
    )


@never_cache
@login_required
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """An invitation; once taken on, the case without its authors and the form of the review."""
    asked = fetch(request.user, "cases.see_invitation", _REVIEWS, pk=review_id)
    if request.method == "POST":
        return _hand_in(request, asked)
    if not may(request.user, "cases.read_blind", asked):
        title = asked.round.revision.content.get("title", "")
        return render(request, "cases/review/invitation.html", {"review": asked, "title": title})
    return _show(request, asked, RubricForm(instance=asked))


def _show(request: HttpRequest, asked: PeerReview, form: RubricForm) -> HttpResponse:
    blind = blind_case(review=asked)
    return render(
        request,
        "cases/review/review.html",
        {
            "review": asked,
            "case": blind.draft,
            "items": blind.items,
            "blind": blind,
            "form": form,
            "is_final": asked.state == ReviewState.SUBMITTED,
            "lines": score_lines(asked),
        },
        status=422 if form.errors else 200,
    )


def _hand_in(request: HttpRequest, asked: PeerReview) -> HttpResponse:
    require(request.user, "cases.review_case", asked)
    # The form writes into what it is given; what stands is decided by the domain.
    form = RubricForm(request.POST, instance=_REVIEWS.get(pk=asked.pk))
    if not form.is_valid():
        return _show(request, asked, form)
    try:
        if "save" in request.POST:
            save_draft(review=asked, values=form.cleaned_data)
            messages.success(request, _("Your draft is kept."))
            return redirect("case_reviews:review", asked.pk)
        hand_in(review=asked, values=form.cleaned_data)
    except ReviewRefused as refused:
        form.add_error(None, str(refused))
        save_draft(review=asked, values=form.cleaned_data)
        return _show(request, asked, form)
    messages.success(request, _("Thank you: your review is handed in."))
    return redirect("case_reviews:desk")


@login_required
@require_POST
def draft(request: HttpRequest, review_id: int) -> JsonResponse:
    """Keep what has been written so far; called while the reviewer writes."""
    asked = fetch(request.user, "cases.review_case", _REVIEWS, pk=review_id)
    form = RubricForm(request.POST, instance=_REVIEWS.get(pk=asked.pk))
    form.is_valid()
    try:
        kept = save_draft(review=asked, values=form.cleaned_data)
    except ReviewRefused as refused:
        return JsonResponse({"message": str(refused)}, status=409)
    assert kept.saved_at is not None
    return JsonResponse({"saved_at": kept.saved_at.isoformat()})


@login_required
@require_POST
def answer(request: HttpRequest, review_id: int) -> HttpResponse:
    """Take the review on, decline it, or give it back."""
    asked = fetch(request.user, "cases.see_invitation", _REVIEWS, pk=review_id)
    accept = "accept" in request.POST
    try:
        answer_invitation(review=asked, accept=accept)
    except RoundClosed:
        messages.info(request, _("Thank you, this review is no longer needed."))
        return redirect("case_reviews:desk")
    except ReviewRefused as refused:
        messages.error(request, str(refused))
        return redirect("case_reviews:review", asked.pk)
    if accept:
        return redirect("case_reviews:review", asked.pk)
    messages.success(request, _("Thank you for telling us. Somebody else will be asked."))
    return redirect("case_reviews:desk")


@never_cache
@login_required
@require_safe
def picture(request: HttpRequest, review_id: int, place: int) -> FileResponse:
    """A picture of the case under an address that tells nothing: its file may be named after the
    department or the diagnosis.
    """
    asked = fetch(request.user, "cases.read_blind", _REVIEWS, pk=review_id)
    pictures = asked.round.revision.as_object().pictures
    if place >= len(pictures):
        raise Http404
    image: SiteImage = pictures[place].value["image"]
    if image is None:
        raise Http404
    rendition = image.get_rendition(_PICTURE)
    kind = mimetypes.guess_type(rendition.file.name)[0] or "application/octet-stream"
    return FileResponse(rendition.file.open("rb"), content_type=kind, filename=f"{place + 1}.webp")


@never_cache
@login_required
@require_safe
def of_round(request: HttpRequest, round_id: int) -> HttpResponse:
    """The decision on a case, for its authors: letter, comments without names, what comes next."""
    decided = fetch(
        request.user,
        "cases.see_decision",
        ReviewRound.objects.select_related("case"),
        pk=round_id,
    )
    return render(
        request,
        "cases/review/decision.html",
        {
            "round": decided,
            "case": CasePage.objects.get(pk=decided.case_id),
            "reviews": [
                (number, each, score_lines(each))
                for number, each in comments_to_author(round_=decided)
            ],
        },
    )
