"""Lectures, the stages of their transcoding and what came out."""

import uuid
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import CollectionMember
from wagtail.search import index

from jobs.models import LeasedWork
from media.delivery import url_for


class LectureState(models.TextChoices):
    """What can be done with a lecture; derived from its stages by `domain.stages` alone."""

    QUEUED = "queued", _("Queued")
    PROCESSING = "processing", _("Processing")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class Visibility(models.TextChoices):
    """Who may watch a lecture."""

    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("Signed-in people")


class StageKind(models.TextChoices):
    """The steps from an upload to something that plays, in order."""

    PROBE = "probe", _("Examine")
    ENCODE = "encode", _("Transcode")
    PACKAGE = "package", _("Package")
    STILLS = "stills", _("Find slides")
    SPEECH = "speech", _("Write draft captions")


def private_storage():
    """Where uploaded originals are kept: no address leads there."""
    return storages["private"]


def original_path(_lecture: "Lecture", filename: str) -> str:
    """A name of our own for an upload; the uploader's is kept as a field, never as a path."""
    suffix = PurePath(filename).suffix.lower()
    suffix = suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ""
    return f"lectures/{timezone.now():%Y/%m}/{uuid.uuid4().hex}{suffix}"


class Lecture(CollectionMember, index.Indexed, models.Model):
    """A recorded lecture: the upload it came from and the published renditions that play.

    `generation` counts transcodings asked for; stages and renditions belong to one. The fields
    from `manifest` on describe the published generation and change in one write.
    """

    title = models.CharField(_("title"), max_length=255)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    speaker = models.CharField(_("speaker"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    visibility = models.CharField(
        _("who may watch"),
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.PUBLIC,
        help_text=_("Recordings for signed-in people can't be watched by passing on an address."),
    )

    original = models.FileField(
        _("recording"),
        upload_to=original_path,
        storage=private_storage,
        max_length=255,
        help_text=_(
            "Any common video or audio file, as it came from the camera or PowerPoint. "
            "It is transcoded in the background; you can go on working."
        ),
    )
    # A recording that others keep and play: nothing is made of it here (`domain.links`).
    link = models.URLField(_("address"), max_length=500, blank=True, default="")
    original_name = models.CharField(_("file name"), max_length=255, editable=False, default="")
    original_bytes = models.BigIntegerField(_("file size"), editable=False, default=0)

    state = models.CharField(
        _("state"),
        max_length=12,
        choices=LectureState.choices,
        default=LectureState.QUEUED,
        editable=False,
        db_index=True,
    )
    generation = models.PositiveIntegerField(default=1, editable=False)
    # How it is to be made, a name of `pipeline.policy.POLICIES`; empty for the site's own.
    policy = models.CharField(max_length=40, blank=True, default="", editable=False)
    # Of its work in the queue, from -100 to 100; what nobody waits for is below 0.
    priority = models.SmallIntegerField(default=0, editable=False)
    probe = models.JSONField(null=True, blank=True, editable=False)
    plan = models.JSONField(null=True, blank=True, editable=False)

    # The published generation.
    directory = models.CharField(max_length=255, blank=True, editable=False)
    manifest = models.CharField(max_length=255, blank=True, editable=False)
    poster = models.CharField(max_length=255, blank=True, editable=False)
    fallback = models.CharField(max_length=255, blank=True, editable=False)
    # Further playlists, relative to the directory: {"saver": …, "audio": …}.
    playlists = models.JSONField(default=dict, blank=True, editable=False)
    duration_s = models.FloatField(_("duration"), null=True, blank=True, editable=False)
    # How much of the beginning plays while the rest is made; None where everything plays.
    opening_s = models.FloatField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    # What does not move (`media.pipeline.stills.Stills`), and where its files are published.
    stills = models.JSONField(default=dict, blank=True, editable=False)
    stills_directory = models.CharField(max_length=255, blank=True, editable=False)
    # The second whose picture an author chose as poster; by time, so that it outlives the files.
    poster_at_s = models.FloatField(null=True, blank=True, editable=False)

    # For whom the addresses of files are; a lecture for signed-in people has none for nobody.
    viewer: Any = None

    search_fields = [
        *CollectionMember.search_fields,
        index.SearchField("title", boost=10),
        index.AutocompleteField("title"),
        index.SearchField("speaker"),
        index.SearchField("slide_text"),
        index.FilterField("title"),
        index.FilterField("state"),
        index.FilterField("language"),
        index.FilterField("created_at"),
        index.FilterField("uploaded_by"),
    ]

    class Meta:
        verbose_name = _("lecture")
        verbose_name_plural = _("lectures")
        ordering = ["-created_at"]
        permissions = [("choose_lecture", "Can choose lecture")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        """Whether something of this lecture plays (perhaps of an earlier generation).

        The beginning counts as long as the rest is to come.
        """
        return bool(self.manifest) and not (self.is_opening and self.state == LectureState.FAILED)

    @property
    def is_opening(self) -> bool:
        """Whether what is published is the beginning alone."""
        return self.opening_s is not None

    @property
    def is_link(self) -> bool:
        """Whether others keep the recording, and only its address is kept here."""
        return bool(self.link)

    @property
    def is_public(self) -> bool:
        """Whether anybody may watch, without an account."""
        return self.visibility == Visibility.PUBLIC

    @property
    def has_picture(self) -> bool:
        """False for lectures of sound alone, and while it is not yet known."""
        return bool(self.plan and self.plan.get("video"))

    def _url(self, name: str) -> str:
        return url_for(self, name, self.viewer)

    @property
    def manifest_url(self) -> str:
        return self._url(self.manifest)

    @property
    def poster_url(self) -> str:
        chosen = self.chosen_poster
        return self.still_url(chosen["name"]) if chosen else self._url(self.poster)

    @property
    def chosen_poster(self) -> dict[str, Any] | None:
        """Of the poster candidates, the one nearest to the second that an author chose."""
        candidates = self.stills.get("posters", [])
        if self.poster_at_s is None or not candidates:
            return None
        return min(candidates, key=lambda poster: abs(poster["at_s"] - self.poster_at_s))

    def still_url(self, name: str) -> str:
        """The address of a file that `stills` names; empty for none."""
        return url_for(self, name, self.viewer, directory=self.stills_directory)

    @property
    def slide_text(self) -> str:
        """The words on all slides, for search."""
        return "\n".join(slide["text"] for slide in self.stills.get("slides", []))

    @property
    def fallback_url(self) -> str:
        return self._url(self.fallback)

    @property
    def usage_url(self) -> str:
        return reverse("lectures_admin:usage", args=[self.pk])


class CaptionQuerySet(models.QuerySet["Caption"]):
    def published(self) -> "CaptionQuerySet":
        """What readers get: everything that a person has written or read."""
        return self.filter(drafted_by="")

    def drafts(self) -> "CaptionQuerySet":
        """What a machine wrote and nobody has read."""
        return self.exclude(drafted_by="")


class Caption(models.Model):
    """Captions of a lecture in one language, as WebVTT."""

    lecture = models.ForeignKey(Lecture, models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    webvtt = models.TextField(_("captions"), help_text=_("WebVTT text."))
    # The engine that wrote them, until an author has read and accepted them.
    drafted_by = models.CharField(max_length=40, blank=True, default="", editable=False)

    objects = CaptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        constraints = [
            models.UniqueConstraint(
                fields=["lecture", "language"], name="media_caption_once_per_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lecture} · {self.get_language_display()}"


class Stage(LeasedWork):
    """One step of one transcoding of a lecture."""

    lecture = models.ForeignKey(Lecture, models.CASCADE, related_name="stages")
    generation = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=StageKind.choices)
    # A stage can be divided among workers; one that is not has the single part "".
    part = models.CharField(max_length=40, blank=True, default="")
    result = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["lecture", "generation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecture", "generation", "kind", "part"],
                name="media_stage_once_per_generation",
            )
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="media_stage_open")]

    def __str__(self) -> str:
        return f"{self.lecture} · {self.get_kind_display()}"


class Rendition(models.Model):
    """One published encoding of a lecture."""

    lecture = models.ForeignKey(Lecture, models.CASCADE, related_name="renditions")
    generation = models.PositiveIntegerField()
    name = models.CharField(max_length=40)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    codec = models.CharField(max_length=40)
    bitrate = models.PositiveIntegerField(help_text=_("Mean, in bit/s."))
    size_bytes = models.BigIntegerField()

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        ordering = ["lecture", "-height", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["lecture", "generation", "name"], name="media_rendition_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lecture} · {self.name}"

    @property
    def kilobits(self) -> int:
        """Mean bit rate in kbit/s."""
        return round(self.bitrate / 1000)
