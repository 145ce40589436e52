"""What the item types share: blocks of the editing form, and how form data are read.

The item-writing terms follow Haladyna, Downing & Rodriguez, "A review of multiple-choice
item-writing guidelines for classroom assessment", Appl Meas Educ 2002;15:309–333.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from .base import Choice, Content, ItemType, Response, View

INLINE = ["bold", "italic", "superscript", "subscript", "link"]
PROSE = [*INLINE, "ol", "ul"]
# Nobody types more than this into one field of a form by hand.
LONGEST_TEXT = 300

ALL_OR_NOTHING, EACH, MINUS = "all", "each", "minus"


def stem_block(help_text: Any = "") -> blocks.RichTextBlock:
    return blocks.RichTextBlock(
        label=_("Stem"),
        features=PROSE,
        help_text=help_text or _("The question, answerable without seeing the options."),
    )


def image_block() -> ImageChooserBlock:
    return ImageChooserBlock(
        label=_("Picture"), required=False, help_text=_("Shown with the stem.")
    )


def image_alt_block() -> blocks.CharBlock:
    return blocks.CharBlock(
        label=_("Text alternative"),
        required=False,
        max_length=255,
        help_text=_(
            "What the picture shows, for those who can't see it: describe, don't answer. Needed "
            "with a picture; the picture's own description is not used, it may say too much."
        ),
    )


def explanation_block() -> blocks.RichTextBlock:
    return blocks.RichTextBlock(
        label=_("Explanation"),
        features=PROSE,
        required=False,
        help_text=_("Why the key is best. Shown only after answering."),
    )


def references_block() -> blocks.ListBlock:
    return blocks.ListBlock(
        blocks.CharBlock(label=_("Reference"), max_length=500),
        label=_("References"),
        default=[],
        min_num=0,
        help_text=_("Authors. Title. Journal year;volume:pages. doi:… Shown after answering."),
    )


def feedback_block() -> blocks.TextBlock:
    return blocks.TextBlock(
        label=_("Feedback"),
        required=False,
        rows=2,
        help_text=_("What to tell a learner who gave this answer. Shown only after answering."),
    )


def scoring_block(*choices: tuple[str, Any]) -> blocks.ChoiceBlock:
    return blocks.ChoiceBlock(label=_("Marks"), choices=list(choices), default=choices[0][0])


def need_image_alt(value: blocks.StructValue) -> None:
    """Send the form back if it has a picture and does not say what that shows."""
    if value.get("image") and not (value.get("image_alt") or "").strip():
        raise StructBlockValidationError(
            block_errors={"image_alt": ValidationError(_("Say what the picture shows."))}
        )


class ItemBlock(blocks.StructBlock):
    """Abstract: the editing form of an item with a stem and perhaps a picture."""

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        value = super().clean(value)
        need_image_alt(value)
        self.check_parts(value)
        return value

    def check_parts(self, value: blocks.StructValue) -> None:
        """Raise `StructBlockValidationError` where the parts do not make an item together."""


def refuse(message: Any) -> None:
    """Send the whole form back with a sentence."""
    raise StructBlockValidationError(block_errors={}, non_block_errors=[ValidationError(message)])


class StemItemType(ItemType):
    """An item with a stem, perhaps a picture, and an explanation."""

    @abstractmethod
    def asked(self, content: Content, given: Response) -> View:
        """The type's own part of `question`."""

    @abstractmethod
    def explained(self, content: Content, response: Response) -> View:
        """The type's own part of `review`, laid over `asked`."""

    def question(self, content: Content, given: Response | None = None) -> View:
        return {
            "stem": content["stem"],
            "image_id": content.get("image"),
            "image_alt": content.get("image_alt") or "",
            "video_id": content.get("video"),
        } | self.asked(content, given or {})

    def review(self, content: Content, response: Response) -> View:
        return (
            self.question(content, response)
            | self.explained(content, response)
            | {
                "explanation": content.get("explanation") or "",
                "explanation_video_id": content.get("explanation_video"),
                "references": [text for _id, text in entries(content, "references")],
            }
        )

    def possible(self, content: Content) -> float:  # noqa: ARG002  the same for every item
        return 1.0


class OptionBlock(blocks.StructBlock):
    """One option with the feedback a learner gets who chose it."""

    text = blocks.CharBlock(label=_("Option"), max_length=300)
    is_key = blocks.BooleanBlock(
        label=_("This is the correct answer"), required=False, default=False
    )
    feedback = blocks.TextBlock(
        label=_("Feedback"),
        required=False,
        rows=2,
        help_text=_("Why this option is right or wrong. Shown only after answering."),
    )
    image = ImageChooserBlock(label=_("Picture"), required=False)
    image_alt = blocks.CharBlock(
        label=_("Text alternative"),
        required=False,
        max_length=255,
        help_text=_("What the picture shows; needed with a picture."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Option")

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        value = super().clean(value)
        need_image_alt(value)
        return value


class OptionsItemType(StemItemType):
    """An item whose answer is one or several of its options."""

    shuffled_lists = ("options",)

    def asked(self, content: Content, given: Response) -> View:
        chosen = set(self.chosen(content, given))
        return {
            "options": [
                {
                    "id": option_id,
                    "text": value["text"],
                    "image_id": value.get("image"),
                    "image_alt": value.get("image_alt") or "",
                    "chosen": option_id in chosen,
                }
                for option_id, value in entries(content, "options")
            ]
        }

    def explained(self, content: Content, response: Response) -> View:
        values = dict(entries(content, "options"))
        return {
            "options": [
                option
                | {
                    "correct": bool(values[option["id"]]["is_key"]),
                    "feedback": values[option["id"]].get("feedback") or "",
                }
                for option in self.asked(content, response)["options"]
            ]
        }

    def image_ids(self, content: Content) -> set[int]:
        return super().image_ids(content) | {
            value["image"] for _id, value in entries(content, "options") if value.get("image")
        }

    def choices(self, content: Content) -> list[Choice]:
        return [
            Choice(id=option_id, text=value["text"], is_key=bool(value["is_key"]))
            for option_id, value in entries(content, "options")
        ]


def entries(content: Content, name: str) -> list[tuple[str, Any]]:
    """(id, value) of the entries of a list in an item's content, in their order."""
    return [(entry["id"], entry["value"]) for entry in content.get(name) or []]


def read_text(data: Mapping[str, Any], name: str, longest: int = LONGEST_TEXT) -> str:
    """One text of a form, without space around it and never longer than `longest`."""
    value = data.get(name)
    return value.strip().replace("\x00", "")[:longest] if isinstance(value, str) else ""


def read_list(data: Mapping[str, Any], name: str) -> list[str]:
    """All values of a field that may be sent several times."""
    found: Any = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
    if isinstance(found, str):
        return [found]
    return [value for value in found if isinstance(value, str)] if found else []


def read_each(data: Mapping[str, Any], name: str, ids: Iterable[str]) -> dict[str, str]:
    """id → text of the fields called `name-<id>`, without the empty ones."""
    texts = {one: read_text(data, f"{name}-{one}") for one in ids}
    return {one: text for one, text in texts.items() if text}


def letter(place: int) -> str:
    """A, B, C … for 0, 1, 2 …; AA follows Z."""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)
