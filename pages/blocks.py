"""The blocks that page bodies are written in. One template each, in `templates/pages/blocks/`."""

from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock

INLINE = ["bold", "italic", "superscript", "subscript", "link"]
PROSE = [*INLINE, "ol", "ul", "document-link"]


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Heading"), max_length=160)
    level = blocks.ChoiceBlock(
        label=_("Level"),
        choices=[("2", _("Section")), ("3", _("Subsection"))],
        default="2",
        help_text=_("A subsection belongs to the section above it."),
    )

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        anchor = slugify(value["text"], allow_unicode=True)
        return super().get_context(value, parent_context) | {"anchor": anchor}

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "pages/blocks/heading.html"
        preview_value = {"text": "Technique", "level": "2"}
        description = _("A heading within the page")


class ParagraphBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "pages/blocks/paragraph.html"
        preview_value = "<p>Read the lungs last: the eye goes there anyway.</p>"
        description = _("Paragraphs and lists")


class PictureBlock(blocks.StructBlock):
    """A picture in its place: the words belong to the place, so that they can be translated."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("Text alternative"),
        max_length=255,
        help_text=_(
            "What the picture shows, for those who can't see it. Before a case is solved it is "
            "read aloud too: describe, don't diagnose."
        ),
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=300)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "pages/blocks/picture.html"
        description = _("A picture with its caption")

    def get_preview_value(self) -> blocks.StructValue:
        """The latest picture of the hub: what a preview shows is made up, but not the picture."""
        image = get_image_model().objects.order_by("-created_at").first()
        return self.normalize(
            {
                "image": image,
                "alt": gettext("A slice of the head"),
                "caption": gettext("Axial slice, brain window"),
            }
        )


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("pearl", _("Pearl")), ("pitfall", _("Pitfall")), ("note", _("Note"))],
        default="pearl",
    )
    text = blocks.RichTextBlock(label=_("Text"), features=PROSE)

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "pages/blocks/callout.html"
        preview_value = {"kind": "pitfall", "text": "<p>A skin fold is not a pneumothorax.</p>"}
        description = _("A pearl, pitfall or note set apart from the text")


class QuotationBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"), rows=3)
    source = blocks.CharBlock(label=_("Source"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "pages/blocks/quotation.html"
        preview_value = {"text": "More is missed by not looking than by not knowing.", "source": ""}
        description = _("A quotation with its source")


class ReferencesBlock(blocks.ListBlock):
    """Numbered references."""

    def __init__(self, **kwargs) -> None:
        super().__init__(
            blocks.TextBlock(
                label=_("Reference"),
                rows=2,
                help_text=_("Authors. Title. Journal year;volume:pages. doi:…"),
            ),
            **kwargs,
        )

    class Meta:
        icon = "list-ol"
        label = _("References")
        template = "pages/blocks/references.html"
        preview_value = [
            "MacMahon H, et al. Radiology 2017;284:228–243. doi:10.1148/radiol.2017161659"
        ]
        description = _("The sources of what the page says")


class BodyBlock(blocks.StreamBlock):
    """The body of any page that is read."""

    heading = HeadingBlock()
    paragraph = ParagraphBlock(features=PROSE)
    picture = PictureBlock()
    callout = CalloutBlock()
    table = TableBlock(
        label=_("Table"),
        template="pages/blocks/table.html",
        table_options={"startRows": 3, "startCols": 3, "renderer": "text"},
        preview_value={
            "data": [["Tissue", "HU"], ["Water", "0"], ["Fat", "−100"]],
            "first_row_is_table_header": True,
            "table_header_choice": "row",
            "first_col_is_header": False,
            "table_caption": "Densities",
        },
        description=_("Rows and columns, with a caption"),
    )
    quotation = QuotationBlock()
    references = ReferencesBlock()
