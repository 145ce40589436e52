"""The slides of a lecture that came as a document beside the recorded voice."""

import uuid
from pathlib import PurePath

from django.db import models
from django.utils.translation import gettext_lazy as _

from .lectures import Lecture, private_storage


def document_path(_deck: "SlideDeck", filename: str) -> str:
    """A name of our own for the document."""
    suffix = PurePath(filename).suffix.lower()
    suffix = suffix if suffix in {".pdf", ".pptx"} else ""
    return f"lectures/slides/{uuid.uuid4().hex}{suffix}"


class SlideDeck(models.Model):
    """A PDF or PowerPoint document whose pages are a lecture's slides, and when each is shown.

    `pages` holds the heading of each page, once the document was read; `starts_s` the second from
    which each is shown, None for one that is left out. Both are empty until then.
    """

    lecture = models.OneToOneField(Lecture, models.CASCADE, related_name="deck")
    document = models.FileField(
        _("slides"), upload_to=document_path, storage=private_storage, max_length=255
    )
    document_name = models.CharField(max_length=255, default="", editable=False)
    pages = models.JSONField(default=list, blank=True, editable=False)
    starts_s = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("slides")
        verbose_name_plural = _("slides")

    def __str__(self) -> str:
        return self.document_name
