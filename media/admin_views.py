"""Lectures in the Wagtail admin: list, upload, lecture page, captions, deletion, live status."""

from typing import Any

import django_filters
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, UsageCountColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic import usage
from wagtail.log_actions import log

from people.access import fetch, may, require

from .domain.decks import attach_deck, deck_of
from .domain.lectures import (
    NothingToRetry,
    delete_lecture,
    retry_lecture,
)
from .domain.transcoding import NothingToCancel, cancel_transcoding
from .forms import LectureForm, LinkForm
from .link_views import link_context
from .models import Lecture, LectureState
from .outline_views import outline_context
from .playing import player_context
from .queries import lectures_for, notes, stage_groups, status, usage_counts, with_progress
from .uploads.domain import UploadGone
from .uploads.forms import LecturesForm
from .uploads.queries import uploader_context
from .uploads.using import UploadUnfinished, create_lecture_of, place

NAMESPACE = "lectures_admin"
MAX_STATUSES = 100
ANY_RIGHT = ("change", "delete", "choose")


class LectureFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=LectureState.choices)

    class Meta:
        model = Lecture
        fields = ["state", "language"]


class StatusColumn(Column):
    """State, progress and reason of failure; kept up to date by the list's script."""

    cell_template_name = "media/admin/status_cell.html"

    def get_cell_context_data(self, instance: Lecture, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "lecture": instance, "status": status(instance)}


class DurationColumn(Column):
    cell_template_name = "media/admin/duration_cell.html"


class IndexView(generic.IndexView):
    """The lectures that one may change or choose."""

    template_name = "media/admin/index.html"
    any_permission_required = ["add", *ANY_RIGHT]
    default_ordering = "-created_at"
    filterset_class = LectureFilterSet
    add_item_label = gettext_lazy("Upload a lecture")

    def get_base_queryset(self):
        return with_progress(lectures_for(self.request.user, *ANY_RIGHT))

    @cached_property
    def columns(self):
        return [
            self._get_title_column("title", sort_key="title"),
            StatusColumn("status", label=_("State"), accessor="state", sort_key="state"),
            DurationColumn("duration", label=_("Duration"), accessor="duration_s"),
            Column("language", label=_("Language"), accessor="get_language_display"),
            Column("collection", label=_("Collection"), accessor="collection.name"),
            UsageCountColumn("usage_count", label=_("Usage")),
            DateColumn("created_at", label=_("Uploaded"), sort_key="created_at"),
        ]

    def _get_title_column(self, field_name, column_class=generic.models.TitleColumn, **kwargs):
        column_class = self._get_title_column_class(column_class)
        return column_class(field_name, label=_("Title"), get_url=self.get_edit_url, **kwargs)

    def get_edit_url(self, instance: Lecture) -> str | None:
        if may(self.request.user, "media.change_lecture", instance):
            return reverse(self.edit_url_name, args=[instance.pk])
        return None

    def get_delete_url(self, instance: Lecture) -> str | None:
        if may(self.request.user, "media.delete_lecture", instance):
            return reverse(self.delete_url_name, args=[instance.pk])
        return None

    def get_table(self, object_list):
        lectures = list(object_list)
        counts = usage_counts(lectures)
        for lecture in lectures:
            lecture.usage_count = counts.get(lecture.pk, 0)
        return super().get_table(lectures)


class UserFormMixin:
    """Hands the person to the form, whose collections depend on them."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}


class UploadView(UserFormMixin, generic.CreateView):
    """Upload recordings; a lecture is made of each, whose page then shows how it gets on."""

    template_name = "media/admin/upload.html"
    form_class = LecturesForm
    page_title = gettext_lazy("Upload")
    submit_button_label = gettext_lazy("Upload")
    submit_button_active_label = gettext_lazy("Uploading…")
    success_message = None

    def form_valid(self, form: LecturesForm) -> HttpResponse:
        try:
            self.received = form.received()
            for upload in self.received:
                place(upload=upload)
            return super().form_valid(form)
        except (UploadGone, UploadUnfinished):
            form.add_error(None, _("An upload is no longer kept. Please start it again."))
            return self.form_invalid(form)

    def save_instance(self) -> Lecture:
        alone = len(self.received) == 1
        self.lectures = []
        for upload in self.received:
            drafted = self.form.lecture_of(upload, alone=alone)
            with transaction.atomic():
                lecture = create_lecture_of(upload=upload, lecture=drafted)
                if lecture is drafted and self.form.cleaned_data.get("slides"):
                    attach_deck(lecture=lecture, document=self.form.cleaned_data["slides"])
            if lecture is drafted:
                log(lecture, "wagtail.create", user=self.request.user)
            self.lectures.append(lecture)
        return self.lectures[0]

    def get_success_url(self) -> str:
        if len(self.lectures) == 1:
            return reverse(self.edit_url_name, args=[self.object.pk])
        return reverse(self.index_url_name)

    def get_success_message(self, instance: Lecture) -> str | None:  # noqa: ARG002  Wagtail's
        count = len(self.lectures)
        if count == 1:
            return None
        return ngettext(
            "%(count)s lecture is being transcoded.",
            "%(count)s lectures are being transcoded.",
            count,
        ) % {"count": count}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "uploader": uploader_context(self.request.user)}


class EditView(UserFormMixin, generic.EditView):
    """A lecture's page: how it stands, what plays, captions, and its facts."""

    template_name = "media/admin/edit.html"
    form_class = LectureForm

    def get_object(self, queryset: Any = None) -> Lecture:  # noqa: ARG002  Django's signature
        lecture = fetch(
            self.request.user,
            "media.change_lecture",
            with_progress(Lecture.objects.all()),
            pk=self.object_pk,
        )
        self.kwargs[self.pk_url_kwarg] = lecture.pk
        return lecture

    def get_form_class(self) -> type[LectureForm]:
        return LinkForm if self.object.is_link else LectureForm

    def save_instance(self) -> Lecture:
        lecture = self.form.save()
        log(lecture, "wagtail.edit", user=self.request.user)
        return lecture

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, **_panel_context(self.request, self.object)}


class DeleteView(generic.DeleteView):
    """Remove a lecture with its recording and all that was made of it."""

    template_name = "media/admin/confirm_delete.html"

    def get_object(self, queryset: Any = None) -> Lecture:  # noqa: ARG002  Django's signature
        return fetch(
            self.request.user, "media.delete_lecture", Lecture.objects, pk=self.kwargs["pk"]
        )

    def delete_action(self) -> None:
        log(self.object, "wagtail.delete", user=self.request.user, deleted=True)
        delete_lecture(lecture=self.object)


class UsageView(usage.UsageView):
    """Where a lecture is used, page by page: a translation is a page of its own."""

    permission_required = None

    @cached_property
    def columns(self):
        name, *others = super().columns
        language = Column(
            "language",
            label=_("Language"),
            accessor=lambda row: str(getattr(row["object"], "locale", "")),
        )
        return [name, language, *others]

    def get_object(self) -> Lecture:
        lecture = get_object_or_404(Lecture, pk=self.pk)
        if not may(self.request.user, "media.choose_lecture", lecture):
            require(self.request.user, "media.change_lecture", lecture)
        return lecture


def _panel_context(request: HttpRequest, lecture: Lecture) -> dict[str, Any]:
    return {
        "lecture": lecture,
        "status": status(lecture),
        "stages": stage_groups(lecture),
        "renditions": lecture.renditions.all(),
        "notes": notes(lecture),
        "deck": deck_of(lecture),
        "link": link_context(lecture, request.user),
        "outline": outline_context(lecture),
        "player": player_context(lecture, request.user),
    }


@never_cache
@require_safe
def panel(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """The part of a lecture's page that changes while it is transcoded."""
    lecture = fetch(
        request.user,
        "media.change_lecture",
        with_progress(Lecture.objects.all()),
        pk=lecture_id,
    )
    return render(request, "media/admin/panel.html", _panel_context(request, lecture))


@require_POST
def cancel(request: HttpRequest, lecture_id: int) -> HttpResponseRedirect:
    """Stop a transcoding; what plays goes on playing."""
    lecture = fetch(request.user, "media.change_lecture", Lecture.objects, pk=lecture_id)
    try:
        cancel_transcoding(lecture=lecture)
    except NothingToCancel:
        messages.info(request, _("Nothing is being transcoded here any more."))
    else:
        messages.success(request, _("Transcoding is stopped."))
    return redirect(f"{NAMESPACE}:edit", lecture.pk)


@never_cache
@require_safe
def statuses(request: HttpRequest) -> JsonResponse:
    """The state cells of the lectures `?id=…&id=…` that one may see: key → HTML."""
    require(request.user, "media.see_lectures")
    wanted = [value for value in request.GET.getlist("id") if value.isdecimal()][:MAX_STATUSES]
    lectures = with_progress(lectures_for(request.user, *ANY_RIGHT)).filter(pk__in=wanted)
    return JsonResponse(
        {
            str(lecture.pk): render_to_string(
                "media/admin/status.html", {"lecture": lecture, "status": status(lecture)}
            )
            for lecture in lectures
        }
    )


@require_POST
def retry(request: HttpRequest, lecture_id: int) -> HttpResponseRedirect:
    """Try a failed lecture again."""
    lecture = fetch(request.user, "media.change_lecture", Lecture.objects, pk=lecture_id)
    try:
        retry_lecture(lecture=lecture)
    except NothingToRetry:
        messages.info(request, _("This lecture has not failed; there is nothing to try again."))
    else:
        messages.success(request, _("The lecture is being tried again."))
    return redirect(f"{NAMESPACE}:edit", lecture.pk)
