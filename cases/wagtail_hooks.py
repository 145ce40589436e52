"""Studies of cases as citizens of the Wagtail admin."""

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button

from people.access import may

from . import admin_views, defacing_views, review_hooks  # noqa: F401  review has hooks of its own
from .domain.giveaways import giveaways
from .models import CasePage

_URLS = (
    [
        path("case/<int:page_id>/", admin_views.studies, name="studies"),
        path("uploads/<uuid:upload_id>/remove/", admin_views.remove_upload, name="remove_upload"),
        path("import/<int:job_id>/", admin_views.import_report, name="import"),
        path("held/<int:instance_id>/", admin_views.held_instance, name="held"),
        path("held/<int:instance_id>/<int:frame>.png", admin_views.held_frame, name="held_frame"),
        path("series/<int:series_id>/face/", defacing_views.deface, name="deface"),
        path(
            "series/<int:series_id>/face/<slug:name>.webp",
            defacing_views.face_view,
            name="face_view",
        ),
        path("study/<int:study_id>/delete/", admin_views.remove_study, name="remove_study"),
    ],
    "cases_dicom",
)


@hooks.register("register_admin_urls")
def register_dicom_urls():
    return [path("dicom/", include(_URLS))]


@hooks.register("register_page_header_buttons")
def studies_button(page, user, view_name, next_url=None):
    """From a case's editor to its studies."""
    case = page.specific_deferred
    if isinstance(case, CasePage) and may(user, admin_views.RIGHT, case):
        yield Button(
            _("DICOM studies"),
            reverse("cases_dicom:studies", args=[page.pk]),
            icon_name="image",
            priority=12,
        )
        yield Button(
            _("Marks on the stack"),
            reverse("cases:marks", args=[page.pk]),
            icon_name="crosshairs",
            priority=13,
        )


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def warn_of_giveaways(request, page):
    """Tell an author where the open part of a case says what is to be found out."""
    if not isinstance(page, CasePage):
        return
    for field, words in giveaways(page):
        messages.warning(
            request,
            _("“%(field)s” is seen before the answer and holds words of the diagnosis: %(words)s.")
            % {"field": field, "words": ", ".join(words)},
        )
