"""De-identified studies of cases: study, series (one stack to scroll), instance; and imports.

Everything in these rows is of the clean datasets. Which file was which in the upload is known by
its place there only: names of files hold names of patients.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.deidentification.refusals import SENTENCES, Refusal
from cases.deidentification.screening import HOLD_SENTENCES, Hold
from jobs.models import LeasedWork


class ImportJob(LeasedWork):
    """One upload on its way through de-identification."""

    case_key = models.UUIDField(
        _("case"), null=True, blank=True, db_index=True, help_text=_("The case's translation key.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="dicom_imports",
        verbose_name=_("uploaded by"),
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True, db_index=True)
    # A folder below PRIVATE_ROOT; empty once the originals are deleted.
    upload = models.CharField(max_length=80, blank=True, editable=False)
    result = models.JSONField(_("result"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("DICOM import")
        verbose_name_plural = _("DICOM imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return gettext("DICOM import %(number)s") % {"number": self.pk}

    @property
    def failure_sentence(self) -> str:
        """Why nothing was imported, for the author; empty if nothing went wrong."""
        if not self.failure_code:
            return ""
        try:
            return gettext(SENTENCES[Refusal(self.failure_code)])
        except ValueError:
            return gettext(SENTENCES[Refusal.UNEXPECTED])


class Study(models.Model):
    """One examination. Known by its new UID within a case; all languages of the case share it."""

    case_key = models.UUIDField(
        _("case"), default=uuid.uuid4, db_index=True, help_text=_("The case's translation key.")
    )
    uid = models.CharField("Study Instance UID", max_length=64)
    patient = models.CharField(_("pseudonym"), max_length=20)
    date = models.DateField(_("date, moved"), null=True, blank=True)
    description = models.CharField(_("description"), max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("study")
        verbose_name_plural = _("studies")
        ordering = ["date", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case_key", "uid"], name="cases_study_once_per_case")
        ]

    def __str__(self) -> str:
        return f"{self.patient} {self.date or ''}".strip()


class LightStack(LeasedWork):
    """The lossy copy of a stack for slow lines, and the work of making it.

    Known by the folder of the stack it is of: a stack of the same content keeps it.
    """

    stack = models.CharField(max_length=200, unique=True, editable=False)
    # Below MEDIA_ROOT; empty until it is made, and where a copy would save little.
    directory = models.CharField(max_length=200, blank=True, editable=False)
    file_count = models.PositiveIntegerField(_("files"), default=0)
    byte_count = models.BigIntegerField(_("bytes"), default=0)
    full_byte_count = models.BigIntegerField(_("bytes of the true stack"), default=0)
    # Root mean square difference of the values, in the stack's unit.
    error = models.FloatField(_("error"), default=0.0)

    class Meta:
        verbose_name = _("light stack")
        verbose_name_plural = _("light stacks")

    def __str__(self) -> str:
        return self.stack


class Series(models.Model):
    """One stack of a series: frames that are scrolled through together, in their order."""

    class Kind(models.TextChoices):
        VOLUME = "volume", _("Volume")
        IMAGES = "images", _("Images")
        LOCALIZER = "localizer", _("Localizer")

    study = models.ForeignKey(Study, models.CASCADE, related_name="series")
    uid = models.CharField("Series Instance UID", max_length=64)
    place = models.PositiveSmallIntegerField(_("place"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    modality = models.CharField(_("modality"), max_length=16)
    # May give a diagnosis away: not for readers who have yet to answer.
    description = models.CharField(_("description"), max_length=64, blank=True)
    body_part = models.CharField(_("body part"), max_length=16, blank=True)
    frame_count = models.PositiveIntegerField(_("frames"))
    spacing_mm = models.FloatField(_("distance of slices, mm"), null=True, blank=True)
    phases = models.PositiveSmallIntegerField(_("phases"), default=1)
    missing = models.PositiveIntegerField(_("missing slices"), default=0)
    doubles = models.PositiveIntegerField(_("slices in the same place"), default=0)
    is_uneven = models.BooleanField(_("uneven distances"), default=False)
    may_show_face = models.BooleanField(_("a face could be computed"), default=False)
    is_defaced = models.BooleanField(_("face overwritten"), default=False)
    # Below MEDIA_ROOT, with a hash of the content in its name: instances and preview pictures.
    directory = models.CharField(max_length=200, editable=False)
    # For a viewer: see `cases.imports.publishing`.
    index = models.JSONField(default=dict, editable=False)
    light = models.OneToOneField(
        LightStack,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="series",
        verbose_name=_("light stack"),
    )

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return f"{self.modality} {self.description}".strip()


class Defacing(LeasedWork):
    """A face on its way out of a stack: worked out and shown to the author, then overwritten."""

    class Step(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        APPLY = "apply", _("Overwriting")

    study = models.ForeignKey(Study, models.CASCADE, related_name="defacings")
    # The folder of the stack it was worked out for: another import makes it void.
    stack = models.CharField(max_length=200, unique=True, editable=False)
    step = models.CharField(_("step"), max_length=10, choices=Step.choices, default=Step.PREVIEW)
    # Below PRIVATE_ROOT: projections before and after.
    preview = models.CharField(max_length=80, blank=True, editable=False)
    facts = models.JSONField(_("result"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("de-facing")
        verbose_name_plural = _("de-facings")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.stack


class InstanceState(models.TextChoices):
    """Whether an instance may be seen."""

    SHOWN = "shown", _("Shown")
    HELD = "held", _("To be looked at")
    REJECTED = "rejected", _("Rejected")


class Instance(models.Model):
    """One de-identified file. Held ones lie in private storage until somebody has signed."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="instances")
    uid = models.CharField("SOP Instance UID", max_length=64)
    series_uid = models.CharField("Series Instance UID", max_length=64)
    sop_class = models.CharField("SOP Class UID", max_length=64)
    frame_count = models.PositiveIntegerField(_("frames"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=InstanceState.choices)
    hold = models.CharField(_("why it is held"), max_length=20, blank=True)
    # Below PRIVATE_ROOT while held.
    held_file = models.CharField(max_length=200, blank=True, editable=False)
    seen_frames = models.JSONField(default=list, blank=True, editable=False)
    masks = models.JSONField(_("masked rectangles"), default=list, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed by"),
    )
    reviewed_at = models.DateTimeField(_("signed"), null=True, blank=True)

    class Meta:
        verbose_name = _("instance")
        verbose_name_plural = _("instances")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "uid"], name="cases_instance_once_per_study")
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def hold_sentence(self) -> str:
        """Why the instance is held, for the one who looks at it."""
        return gettext(HOLD_SENTENCES[Hold(self.hold)]) if self.hold else ""
