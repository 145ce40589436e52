"""Lectures as a citizen of the Wagtail admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Collection
from wagtail.permissions import register_permission_policy

from people.access import may

from . import admin_views, deck_views, link_views, outline_views, storage_views
from .chooser import lecture_chooser
from .forms import GroupLecturePermissionFormSet, LectureForm
from .models import Lecture
from .rules import lecture_permission_policy
from .uploads import admin_views as upload_views
from .uploads.forms import LecturesForm

# Before anything asks for it: the registry makes up a policy of its own otherwise.
register_permission_policy(Lecture, lecture_permission_policy())


class LectureViewSet(ModelViewSet):
    """List, upload, lecture page, captions, usage and deletion."""

    model = Lecture
    name = admin_views.NAMESPACE
    url_prefix = "lectures"
    icon = "media"
    menu_label = _("Lectures")
    menu_order = 350
    add_to_admin_menu = True
    copy_view_enabled = False
    index_view_class = admin_views.IndexView
    add_view_class = admin_views.UploadView
    edit_view_class = admin_views.EditView
    delete_view_class = admin_views.DeleteView
    usage_view_class = admin_views.UsageView
    index_template_name = admin_views.IndexView.template_name
    create_template_name = admin_views.UploadView.template_name
    edit_template_name = admin_views.EditView.template_name
    delete_template_name = admin_views.DeleteView.template_name

    def get_form_class(self, for_update=False):
        return LectureForm if for_update else LecturesForm

    def get_urlpatterns(self):
        return [
            path("status/", admin_views.statuses, name="statuses"),
            path("<int:lecture_id>/panel/", admin_views.panel, name="panel"),
            path("<int:lecture_id>/retry/", admin_views.retry, name="retry"),
            path("<int:lecture_id>/cancel/", admin_views.cancel, name="cancel"),
            path("link/", link_views.add_link, name="add_link"),
            path("<int:lecture_id>/slides/", deck_views.edit_slides, name="slides"),
            path("<int:lecture_id>/slides/remove/", deck_views.remove_slides, name="remove_slides"),
            path("<int:lecture_id>/replace/", upload_views.replace, name="replace"),
            path("<int:lecture_id>/original/", storage_views.original, name="original"),
            path("storage/", storage_views.StorageReport.as_view(), name="storage"),
            path(
                "storage/results/",
                storage_views.StorageReport.as_view(results_only=True),
                name="storage_results",
            ),
            path("uploads/<uuid:upload_id>/remove/", upload_views.remove, name="remove_upload"),
            path("<int:lecture_id>/captions/", outline_views.edit_captions, name="add_captions"),
            path(
                "<int:lecture_id>/captions/<slug:language>/",
                outline_views.edit_captions,
                name="edit_captions",
            ),
            path(
                "<int:lecture_id>/captions/<slug:language>/delete/",
                outline_views.delete_captions,
                name="delete_captions",
            ),
            path("<int:lecture_id>/draft/", outline_views.draft_by_machine, name="draft_captions"),
            path("<int:lecture_id>/chapters/", outline_views.edit_chapters, name="chapters"),
            path("<int:lecture_id>/poster/", outline_views.edit_poster, name="poster"),
            path("<int:lecture_id>/stills/", outline_views.find_slides_again, name="stills"),
            *super().get_urlpatterns(),
        ]


@hooks.register("register_admin_viewset")
def register_lectures():
    return LectureViewSet()


@hooks.register("register_admin_viewset")
def register_lecture_chooser():
    return lecture_chooser


@hooks.register("register_group_permission_panel")
def register_lecture_permissions():
    return GroupLecturePermissionFormSet


@hooks.register("describe_collection_contents")
def describe_collection_lectures(collection: Collection):
    count = Lecture.objects.filter(collection=collection).count()
    if not count:
        return None
    return {
        "count": count,
        "count_text": ngettext("%(count)s lecture", "%(count)s lectures", count) % {"count": count},
        "url": reverse(f"{admin_views.NAMESPACE}:index"),
    }


class StorageMenuItem(MenuItem):
    """Shown to those who see lectures: departments see what theirs take."""

    def is_shown(self, request):
        return may(request.user, "media.see_lectures")


@hooks.register("register_reports_menu_item")
def register_storage_report():
    return StorageMenuItem(
        _("Storage of lectures"), reverse(f"{admin_views.NAMESPACE}:storage"), icon_name="media",
        order=310,
    )  # fmt: skip


class LectureSearchArea(SearchArea):
    def is_shown(self, request):
        return may(request.user, "media.see_lectures")


@hooks.register("register_admin_search_area")
def register_lecture_search():
    return LectureSearchArea(
        _("Lectures"),
        reverse(f"{admin_views.NAMESPACE}:index"),
        name="lectures",
        icon_name="media",
        order=350,
    )
