"""What a published case is known by: its number, its versions, its licence, its authors.

The record of a case outlives its pages: a number is given once and never again.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, Workflow
from wagtail.models.pages import PagePermissionTester

from .deletion import keep_revision


class Licence(models.TextChoices):
    """Under which terms a case may be used by others (SPDX identifiers)."""

    BY_NC_SA = "CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0"
    BY_NC_ND = "CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0"
    BY_NC = "CC-BY-NC-4.0", "CC BY-NC 4.0"
    BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    BY = "CC-BY-4.0", "CC BY 4.0"


LICENCE_URLS = {
    Licence.BY_NC_SA: "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    Licence.BY_NC_ND: "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    Licence.BY_NC: "https://creativecommons.org/licenses/by-nc/4.0/",
    Licence.BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.BY: "https://creativecommons.org/licenses/by/4.0/",
}


class CaseRecord(models.Model):
    """A published case, whatever becomes of its pages. Its key is the case's public number.

    Numbers come from the database's own counter, which neither gives one twice nor takes one
    back. Rows are never deleted.
    """

    number = models.BigAutoField(_("number"), primary_key=True)
    case_key = models.UUIDField(_("case"), unique=True, default=uuid.uuid4)
    case = models.ForeignKey(
        "cases.CasePage", models.SET_NULL, null=True, related_name="+", verbose_name=_("page")
    )
    title = models.CharField(_("title"), max_length=255)
    assigned_at = models.DateTimeField(_("number given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    notice = models.TextField(_("notice of withdrawal"), blank=True)

    class Meta:
        verbose_name = _("published case")
        verbose_name_plural = _("published cases")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(notice=""),
                name="cases_withdrawal_has_a_notice",
            )
        ]

    def __str__(self) -> str:
        return str(self.number)

    def get_absolute_url(self) -> str:
        """The address that goes on leading to the case wherever its page is moved."""
        return reverse("case_records:case", args=[self.number])

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class Basis(models.TextChoices):
    """Why a version may be published."""

    REVIEW = "review", _("Accepted after peer review")
    CORRECTION = "correction", _("Correction")
    ADMISSION = "admission", _("Taken over without peer review")


class CaseVersion(models.Model):
    """Leave for one revision of a case to be published, and since when it has been.

    A revision without such a row does not go live, by whatever way.
    """

    case = models.ForeignKey("cases.CasePage", models.CASCADE, related_name="versions")
    revision = models.OneToOneField(Revision, keep_revision, related_name="case_version")
    number = models.PositiveSmallIntegerField(_("version"), null=True)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices)
    note = models.CharField(_("what changed"), max_length=500, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    cleared_at = models.DateTimeField(_("cleared"))
    published_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = _("version of a case")
        verbose_name_plural = _("versions of cases")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"], name="cases_version_once_per_number"
            ),
            models.CheckConstraint(
                condition=~models.Q(basis=Basis.CORRECTION) | ~models.Q(note=""),
                name="cases_correction_says_what_changed",
            ),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True, published_at__isnull=True)
                | models.Q(number__isnull=False, published_at__isnull=False),
                name="cases_version_numbered_when_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.number}"


class CasePermissions(PagePermissionTester):
    """What a person may do to a case: Wagtail's answers, except that publishing is decided by
    peer review (`cases.domain.publication`), never by a button.
    """

    def can_publish(self) -> bool:
        return super().can_publish() and self.page.specific.is_translation

    def can_set_view_restrictions(self) -> bool:
        return super().can_publish()

    def can_unschedule(self) -> bool:
        return super().can_publish()


class Reviewed(models.Model):
    """Abstract: a page that goes live only with leave from its peer review."""

    licence = models.CharField(
        _("licence"),
        max_length=20,
        choices=Licence.choices,
        default=Licence.BY_NC_SA,
        help_text=_("On which terms others may use this case."),
    )
    pictures_checked = models.BooleanField(
        _("I have looked at every picture: nothing in them tells who the patient is."),
        default=False,
        help_text=_("Names, dates, numbers, faces, also burned into the pixels or in a corner."),
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self._begin_as_draft()
        super().save(*args, **kwargs)

    def _begin_as_draft(self) -> None:
        """A copy of a published page is no published page: what it copied was that one's leave."""
        page: Any = self
        if page.live and page.live_revision_id and not page.alias_of_id:
            page.live, page.has_unpublished_changes = False, True
            page.live_revision = page.first_published_at = page.last_published_at = None

    @cached_property
    def withdrawal(self) -> CaseRecord | None:
        """The record of a case that was withdrawn; None for all others."""
        from cases.record_queries import withdrawal_of  # noqa: PLC0415

        return withdrawal_of(case=self)

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """The notice in the place of a case that was withdrawn."""
        if self.withdrawal:
            return "cases/withdrawn.html"
        return super().get_template(request, *args, **kwargs)  # type: ignore[misc]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cases.record_queries import diagnosis_codes, read_record  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | {  # type: ignore[misc]
            "record": read_record(case=self, request=request),  # type: ignore[arg-type]
            "withdrawal": self.withdrawal,
            "codes": diagnosis_codes(case=self),  # type: ignore[arg-type]
        }

    @property
    def is_translation(self) -> bool:
        """Whether the same case is already published in another language."""
        return (
            type(self)
            .objects.filter(translation_key=self.translation_key, live=True)  # type: ignore[attr-defined]
            .exclude(pk=self.pk)
            .exists()
        )

    @property
    def has_workflow(self) -> bool:
        return self.get_workflow() is not None

    def get_workflow(self) -> Workflow | None:
        """The workflow with our gate in it, wherever the page stands; else the place's own."""
        from cases.domain.review_workflow import review_workflow  # noqa: PLC0415

        return review_workflow() or super().get_workflow()  # type: ignore[misc]

    def permissions_for_user(self, user: Any) -> CasePermissions:
        return CasePermissions(user, self)

    def publish(self, revision: Revision, **how: Any) -> None:
        """Publish `revision` if it has leave to, by whichever of Wagtail's ways this was asked.

        Raises `cases.domain.publication.NotCleared`.
        """
        from cases.domain.publication import go_live  # noqa: PLC0415

        publish = super().publish  # type: ignore[misc]
        go_live(case=self, revision=revision, publish=publish, how=how)
