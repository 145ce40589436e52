"""Recordings in items: chosen among the lectures, played without their title."""

from typing import Any

from django.apps import apps
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import ChooserBlock


class RecordingChooserBlock(ChooserBlock):
    """A lecture, by its chooser; known only once the models are, as blocks are made before."""

    @cached_property
    def target_model(self) -> Any:
        return apps.get_model("media", "Lecture")

    @cached_property
    def widget(self) -> Any:
        from media.chooser import lecture_chooser  # noqa: PLC0415  needs the models

        return lecture_chooser.widget_class()

    class Meta:
        icon = "media"


def video_block() -> RecordingChooserBlock:
    return RecordingChooserBlock(
        label=_("Video"),
        required=False,
        help_text=_(
            "A short recording, shown with the stem; it never starts by itself. Learners see no "
            "title, but hear what is said and read its captions: nothing there may tell the answer."
        ),
    )


def explanation_video_block() -> RecordingChooserBlock:
    return RecordingChooserBlock(
        label=_("Video in the explanation"),
        required=False,
        help_text=_("Shown only after answering; it never starts by itself."),
    )
