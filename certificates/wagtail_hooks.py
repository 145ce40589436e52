"""Certificates in the admin: found, looked at, revoked, issued anew."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail import hooks
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.permissions import register_permission_policy

from people.access import fetch, may

from .batch_admin import NAMESPACE, issue_together, show_batch
from .domain.certificates import AlreadyRevoked, NoName, reissue, revoke
from .forms import ReissueForm, RevokeForm
from .models import Certificate

READING = frozenset({"view", "change"})


class CertificatePermissionPolicy(BasePermissionPolicy):
    """Whoever may see certificates sees all; they are issued and revoked by verbs of their own."""

    def user_has_permission(self, user, action):
        return action in READING and may(user, "certificates.see_certificates")

    def user_has_any_permission(self, user, actions):
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions):
        raise NotImplementedError


register_permission_policy(Certificate, CertificatePermissionPolicy(Certificate))


class StandingColumn(Column):
    def get_value(self, instance):
        return instance.standing().label


class CertificateIndexView(IndexView):
    @property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = super().header_buttons
        if may(self.request.user, "certificates.issue_certificates"):
            buttons.append(
                HeaderButton(
                    _("Issue certificates"), reverse(f"{NAMESPACE}:issue"), icon_name="plus"
                )
            )
        return buttons

    columns = [
        TitleColumn(
            "number",
            label=gettext_lazy("Number"),
            get_url=lambda c: reverse(f"{NAMESPACE}:certificate", args=[c.number]),
        ),
        Column("printed_name", label=gettext_lazy("Name as printed"), sort_key="printed_name"),
        Column("title", label=gettext_lazy("Certified"), sort_key="title"),
        StandingColumn("standing", label=gettext_lazy("Standing")),
        DateColumn("issued_at", label=gettext_lazy("Issued"), sort_key="issued_at"),
    ]
    search_fields = ["number", "printed_name", "title", "holder__email"]
    default_ordering = "-issued_at"
    is_searchable = True
    list_filter = ["credit_type", "language"]


class CertificateViewSet(ModelViewSet):
    model = Certificate
    name = NAMESPACE
    url_prefix = "certificates"
    icon = "check"
    menu_label = gettext_lazy("Certificates")
    menu_order = 360
    add_to_admin_menu = True
    copy_view_enabled = False
    form_fields = ["printed_name"]
    index_view_class = CertificateIndexView

    def get_urlpatterns(self):
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("issue/", issue_together, name="issue"),
            path("batches/<int:batch_id>/", show_batch, name="batch"),
            path("<str:number>/", show_certificate, name="certificate"),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def show_certificate(request: HttpRequest, number: str) -> HttpResponse:
    """What a certificate says, and the two forms that end it."""
    found = fetch(
        request.user,
        "certificates.revoke_certificate",
        Certificate.objects.select_related("holder", "revoked_by", "replaced_by"),
        number=number,
    )
    chosen = request.POST.get("do", "")
    data = request.POST or None
    revoking = RevokeForm(data if chosen == "revoke" else None, prefix="revoke")
    reissuing = ReissueForm(
        data if chosen == "reissue" else None,
        prefix="reissue",
        initial={"printed_name": found.printed_name, "credits": found.credits},
    )
    try:
        if revoking.is_valid():
            revoke(certificate=found, by=request.user, **revoking.cleaned_data)
            messages.success(request, _("The certificate is revoked."))
            return redirect(f"{NAMESPACE}:certificate", found.number)
        if reissuing.is_valid():
            fresh = reissue(certificate=found, by=request.user, **reissuing.cleaned_data)
            messages.success(request, _("The certificate is issued anew; the old one is revoked."))
            return redirect(f"{NAMESPACE}:certificate", fresh.number)
    except AlreadyRevoked:
        messages.error(request, _("This certificate was revoked before."))
        return redirect(f"{NAMESPACE}:certificate", found.number)
    except NoName:
        reissuing.add_error("printed_name", _("Give the name to print."))
    context = {
        "certificate": found,
        "standing": found.standing(),
        "forms": [
            ("reissue", _("Correct name or credits"), _("Issue anew"), reissuing),
            ("revoke", _("Take it back"), _("Revoke"), revoking),
        ],
        "header_icon": "check",
        "header_title": found.number,
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse(f"{NAMESPACE}:index"), "label": _("Certificates")},
            {"url": "", "label": found.number},
        ],
    }
    return render(request, "certificates/admin/certificate.html", context)


@hooks.register("register_admin_viewset")
def register_certificates():
    return CertificateViewSet()
