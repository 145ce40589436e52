"""Links in platforms' courses and who is in those courses, in the editing desk."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from people.access import fetch, require

from .domain.registration import GOOD_FOR, invite
from .forms import InvitationForm
from .models import Grade, Invitation, Placement, Platform, ResourceLink
from .outside import OutsideFailure
from .roster_service import Member, members_of
from .targets import find_target

PLATFORMS = "platforms_admin"
SHOWN = 20


@dataclass(frozen=True)
class Row:
    """A member of a platform's course, and how they stand here: None while they never came."""

    member: Member
    placement: Any

    @property
    def points(self) -> float | None:
        return self.placement.points if self.placement else None


def _crumbs(*last: tuple[str, str]) -> list[dict]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse(f"{PLATFORMS}:index"), "label": _("Learning platforms")},
        *({"url": url, "label": label} for url, label in last),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def invite_platform(request: HttpRequest) -> HttpResponse:
    """Make an address by which a platform registers itself; it is shown this once."""
    require(request.user, "interop.add_platform")
    form = InvitationForm(request.POST or None)
    invited = None
    if request.method == "POST" and form.is_valid():
        invited = invite(name=form.cleaned_data["name"], by=request.user)
        form = InvitationForm()
    context = {
        "form": form,
        "invited": invited,
        "days": GOOD_FOR.days,
        "invitations": Invitation.objects.select_related("platform", "made_by")[:SHOWN],
        "header_icon": "link",
        "header_title": _("Invite a platform"),
        "breadcrumbs_items": _crumbs(("", _("Invite a platform"))),
    }
    return render(request, "interop/admin/invite.html", context)


@require_safe
def show_links(request: HttpRequest, platform_id: int) -> HttpResponse:
    """What a platform's courses link to, and how many came by each link."""
    platform = fetch(request.user, "interop.see_rosters", Platform.objects.all(), pk=platform_id)
    links = ResourceLink.objects.filter(platform=platform).annotate(people=Count("placements"))
    language = translation.get_language() or ""
    rows = [
        (link, find_target(kind=link.target_kind, key=link.target_key, language=language))
        for link in links.order_by("title", "pk")
    ]
    context = {
        "platform": platform,
        "rows": rows,
        "header_icon": "link",
        "header_title": _("Links of %(platform)s") % {"platform": platform},
        "breadcrumbs_items": _crumbs(("", platform.name)),
    }
    return render(request, "interop/admin/links.html", context)


@require_safe
def show_members(request: HttpRequest, link_id: int) -> HttpResponse:
    """Who is in the course that holds a link, asked of the platform now; nothing of it is kept."""
    links = ResourceLink.objects.select_related("platform")
    link = fetch(request.user, "interop.see_rosters", links, pk=link_id)
    try:
        members = members_of(link=link)
    except OutsideFailure as failure:
        messages.error(request, _("The platform did not answer: %(why)s") % {"why": failure})
        members = []
    points = Grade.objects.filter(placement=OuterRef("pk")).order_by("-pk").values("given")[:1]
    came = {
        placement.identity.subject: placement
        for placement in Placement.objects.filter(link=link)
        .select_related("identity")
        .annotate(points=Subquery(points))
    }
    context = {
        "link": link,
        "rows": [Row(member=one, placement=came.get(one.subject)) for one in members],
        "header_icon": "group",
        "header_title": link.title or link.get_target_kind_display(),
        "breadcrumbs_items": _crumbs(
            (reverse(f"{PLATFORMS}:links", args=[link.platform_id]), link.platform.name),
            ("", link.title or link.get_target_kind_display()),
        ),
    }
    return render(request, "interop/admin/members.html", context)
