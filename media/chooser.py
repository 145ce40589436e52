"""Choosing a lecture for a page or a block; a new one can be uploaded on the way."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser as views
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.log_actions import log

from people.access import may

from .deck_forms import WithSlidesMixin
from .domain.lectures import start_lecture
from .forms import UploadForm
from .models import Lecture
from .queries import lectures_for


class NewLectureForm(WithSlidesMixin, UploadForm):
    """A short recording and, for a recorded voice, its slides."""


class ChoosableMixin:
    """Only lectures that the person may choose are offered and handed out."""

    ordering = "-created_at"

    def get_object_list(self) -> QuerySet[Lecture]:
        return lectures_for(self.request.user, "choose")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            *super().columns,
            Column("state", label=_("State"), accessor="get_state_display"),
            Column("language", label=_("Language"), accessor="get_language_display"),
        ]


class UploadTabMixin:
    """The upload form as the chooser's second tab.

    Short recordings go with it. For long ones, and over a line that may break, it leads to the
    page whose uploads go on where they stopped; what was uploaded there is then found here.
    """

    def get_creation_form(self) -> NewLectureForm:
        form = super().get_creation_form()
        form.fields["original"].help_text = format_html(
            '{} <a href="{}" target="_blank">{}</a>',
            _("Long recording, or a line that may break?"),
            reverse("lectures_admin:add"),
            _("Upload it on the lectures' page (opens a new tab), then search for it here."),
        )
        return form

    def get_creation_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_creation_form_kwargs(),
            "user": self.request.user,
            "prefix": "lecture-upload",
        }


class ChooseView(ChoosableMixin, UploadTabMixin, views.ChooseView):
    pass


class ChooseResultsView(ChoosableMixin, UploadTabMixin, views.ChooseResultsView):
    pass


class ChosenView(views.ChosenView):
    def get_object(self, pk: str) -> Lecture:
        lecture = super().get_object(pk)
        if not may(self.request.user, "media.choose_lecture", lecture):
            raise ObjectDoesNotExist(pk)
        return lecture


class ChosenMultipleView(views.ChosenMultipleView):
    def get_objects(self, pks: list[str]) -> QuerySet[Lecture]:
        return lectures_for(self.request.user, "choose").filter(pk__in=pks)


class CreateView(UploadTabMixin, views.CreateView):
    def save_form(self, form: NewLectureForm) -> Lecture:
        lecture = form.save(commit=False)
        lecture.uploaded_by = self.request.user
        start_lecture(
            lecture=lecture,
            file=form.cleaned_data["original"],
            slides=form.cleaned_data["slides"],
        )
        log(lecture, "wagtail.create", user=self.request.user)
        return lecture


class LectureChooserViewSet(ChooserViewSet):
    model = Lecture
    name = "lecture_chooser"
    icon = "media"
    choose_one_text = _("Choose a lecture")
    choose_another_text = _("Choose another lecture")
    edit_item_text = _("Edit this lecture")
    create_action_label = _("Upload")
    create_action_clicked_label = _("Uploading…")
    creation_tab_label = _("Upload")
    creation_form_class = NewLectureForm
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView


lecture_chooser = LectureChooserViewSet()
