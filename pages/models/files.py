"""Pictures and documents of the hub."""

import secrets
from pathlib import PurePath

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class SiteImage(AbstractImage):
    """A picture that can't be saved without saying what it shows.

    `description` (Wagtail's own field) is the text alternative; here it is required.
    """

    # A file called after what it shows would answer the case from the picture's address. Who
    # gives names that tell nothing (the demo) says so, and they are kept.
    has_neutral_name = False

    description = models.CharField(
        _("description"),
        max_length=255,
        help_text=_(
            "What the picture shows, for those who can't see it. Used where a page says nothing "
            "of its own; never in a case or question that has not been answered."
        ),
    )

    credit = models.CharField(
        _("credit"),
        max_length=255,
        blank=True,
        help_text=_("Who made the picture, or how. Shown under it."),
    )
    unreadable_hash = models.CharField(max_length=40, null=True, editable=False)

    admin_form_fields = (*Image.admin_form_fields, "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")

    @property
    def default_alt_text(self) -> str:
        return self.description or self.title

    def get_upload_to(self, filename: str) -> str:
        """Where a new file goes: under a name that tells nothing of what it shows."""
        if not self.has_neutral_name:
            filename = secrets.token_hex(8) + PurePath(filename).suffix.lower()
        return super().get_upload_to(filename)


class SiteRendition(AbstractRendition):
    """A scaled and re-encoded copy of a picture."""

    image = models.ForeignKey(SiteImage, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"],
                name="pages_rendition_once_per_filter",
            )
        ]


class SiteDocument(AbstractDocument):
    """A file to download: slides, a guideline, a form."""

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
