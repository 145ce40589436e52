"""The room that lectures take, and the way back to what was uploaded."""

from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import reverse, reverse_lazy
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView

from people.access import fetch, require

from .admin_views import ANY_RIGHT
from .models import Lecture
from .queries import lectures_for
from .serving import OTHER_TYPE, send_file
from .storage import by_collection, free_bytes, with_storage


@require_safe
def original(request: HttpRequest, lecture_id: int) -> HttpResponseBase:
    """The recording as it was uploaded, to those who may replace it; in stretches if asked so."""
    recorded = Lecture.objects.filter(link="")
    lecture = fetch(request.user, "media.change_lecture", recorded, pk=lecture_id)
    try:
        path = Path(lecture.original.path)
    except NotImplementedError:
        # A storage elsewhere has no paths.
        response: HttpResponseBase = FileResponse(lecture.original.open("rb"))
    else:
        response = send_file(request, path)
    response["Content-Type"] = OTHER_TYPE
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=lecture.original_name or Path(lecture.original.name).name
    )
    return response


class BytesColumn(Column):
    """A number of bytes in words that people use."""

    def get_value(self, instance: Lecture) -> str:
        return filesizeformat(super().get_value(instance))


class StorageReport(ReportView):
    """Lectures by the room they take, with sums by collection; also as a spreadsheet."""

    page_title = _("Storage of lectures")
    header_icon = "media"
    template_name = "media/admin/storage.html"
    index_url_name = "lectures_admin:storage"
    index_results_url_name = "lectures_admin:storage_results"
    default_ordering = "-total_bytes"
    list_export = [
        "title",
        "collection.name",
        "duration_s",
        "original_bytes",
        "rendition_bytes",
        "total_bytes",
    ]
    export_headings = {
        "title": _("Title"),
        "collection.name": _("Collection"),
        "duration_s": _("Duration, s"),
        "original_bytes": _("Recording, bytes"),
        "rendition_bytes": _("Renditions, bytes"),
        "total_bytes": _("Together, bytes"),
    }
    columns = [
        TitleColumn(
            "title",
            label=_("Title"),
            sort_key="title",
            get_url=lambda lecture: reverse("lectures_admin:edit", args=[lecture.pk]),
        ),
        Column("collection", label=_("Collection"), sort_key="collection__name"),
        BytesColumn("original_bytes", label=_("Recording"), sort_key="original_bytes"),
        BytesColumn("rendition_bytes", label=_("Renditions"), sort_key="rendition_bytes"),
        BytesColumn("total_bytes", label=_("Together"), sort_key="total_bytes"),
    ]
    breadcrumbs_items = [
        {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")},
        {"url": "", "label": page_title},
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request.user, "media.see_lectures")
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        seen = with_storage(lectures_for(self.request.user, *ANY_RIGHT))
        return self.order_queryset(seen.select_related("collection"))

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        if not self.results_only:
            sums = by_collection(lectures_for(self.request.user, *ANY_RIGHT))
            context |= {
                "sums": sums,
                "all_bytes": sum(one.total_bytes for one in sums),
                "free_bytes": free_bytes(),
            }
        return context
