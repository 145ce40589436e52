"""A lecture in the body of a page."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .chooser import lecture_chooser
from .link_views import link_context
from .playing import player_context

LectureChooserBlock = lecture_chooser.get_block_class(
    name="LectureChooserBlock", module_path="media.blocks"
)


class LectureBlock(blocks.StructBlock):
    """A lecture with its player, at its place in the text."""

    lecture = LectureChooserBlock(label=_("Lecture"))
    caption = blocks.CharBlock(
        label=_("Caption"),
        required=False,
        max_length=300,
        help_text=_("What to watch for. Shown under the player."),
    )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """The block's context with `player`, or `link`; both None while it is being prepared."""
        context = super().get_context(value, parent_context=parent_context)
        lecture, request = value.get("lecture"), context.get("request")
        is_shown = lecture and request
        context["player"] = player_context(lecture, request.user) if is_shown else None
        context["link"] = link_context(lecture, request.user) if is_shown else None
        return context

    class Meta:
        icon = "media"
        label = _("Lecture")
        template = "media/blocks/lecture.html"
        preview_template = "media/blocks/previews/lecture.html"
        description = _("A recorded lecture with its player")
