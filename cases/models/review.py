"""Blind peer review: rounds, the reviews in them, and Wagtail's task.

A round begins when a case is submitted and ends with the editor's decision. Which round is open is
told by Wagtail's own task state, so that cancelling the workflow closes the round as well.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, Task, TaskState

from .deletion import keep_revision
from .pages import CasePage
from .rubric import CRITERIA, HIGHEST, LOWEST, Decision


class CaseReviewTask(Task):
    """The gate of a case's workflow: it opens by the editor's decision and by nothing else."""

    reviews_needed = models.PositiveSmallIntegerField(
        _("reviews needed"),
        default=2,
        help_text=_("A case is accepted after so many reviews at least."),
    )
    days = models.PositiveSmallIntegerField(
        _("days for a review"),
        default=21,
        help_text=_("Proposed as the deadline when a reviewer is invited."),
    )

    admin_form_fields = [*Task.admin_form_fields, "reviews_needed", "days"]

    class Meta:
        verbose_name = _("peer review of a case")
        verbose_name_plural = _("peer reviews of cases")

    def start(self, workflow_state: Any, user: Any = None) -> TaskState:
        """Begin a step of the workflow, and with it a round of review."""
        from cases.domain.review import open_round  # noqa: PLC0415  the domain imports models

        task_state = super().start(workflow_state, user=user)
        if isinstance(workflow_state.content_object.specific, CasePage):
            open_round(task_state=task_state)
        else:
            # In a workflow of other pages there is nothing to review.
            task_state.status = TaskState.STATUS_SKIPPED
            task_state.save(update_fields=["status"])
        return task_state

    def locked_for_user(self, obj: CasePage, user: Any) -> bool:
        """What is under review stays as it is, but for the editors."""
        from people.access import may  # noqa: PLC0415  rules are found after the models

        return not may(user, "cases.manage_review", obj)

    def get_actions(self, obj: CasePage, user: Any) -> list:  # noqa: ARG002  Wagtail's
        """None in Wagtail's own menu: the decision is taken on the page of the round."""
        return []

    def get_task_states_user_can_moderate(self, user: Any, **_kwargs: Any) -> models.QuerySet:
        from people.rules import is_editor  # noqa: PLC0415

        if is_editor(user):
            return self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        return TaskState.objects.none()

    @classmethod
    def get_description(cls) -> str:
        return str(_("Reviewers read the case without knowing its authors; an editor decides."))


class ReviewRound(models.Model):
    """One submission of a case and what became of it."""

    case = models.ForeignKey(CasePage, models.CASCADE, related_name="review_rounds")
    number = models.PositiveSmallIntegerField(_("round"))
    task_state = models.OneToOneField(
        TaskState, models.SET_NULL, null=True, related_name="review_round"
    )
    # What was submitted, and what the editor decided on: an editor may have corrected it since.
    revision = models.ForeignKey(Revision, keep_revision, related_name="+")
    decided_revision = models.ForeignKey(Revision, keep_revision, null=True, related_name="+")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="submitted_rounds"
    )
    opened_at = models.DateTimeField(_("submitted"))
    decision = models.CharField(
        _("decision"), max_length=8, choices=Decision.choices, blank=True, default=""
    )
    letter = models.TextField(_("letter to the authors"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("round of review")
        verbose_name_plural = _("rounds of review")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"], name="cases_review_round_once_per_number"
            ),
            models.CheckConstraint(
                condition=models.Q(decision="") | models.Q(decided_at__isnull=False),
                name="cases_review_decision_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether reviews are taken: not decided, and the workflow still waits for it."""
        return (
            not self.decision
            and self.task_state is not None
            and self.task_state.status == TaskState.STATUS_IN_PROGRESS
        )


class ReviewState(models.TextChoices):
    """Where one reviewer's review stands."""

    INVITED = "invited", _("Invited")
    ACCEPTED = "accepted", _("Being written")
    DECLINED = "declined", _("Declined")
    SUBMITTED = "submitted", _("Handed in")
    RELEASED = "released", _("No longer needed")


# What a review may become, by where it stands. Everything else is refused.
REVIEW_TRANSITIONS: dict[str, frozenset[str]] = {
    ReviewState.INVITED: frozenset(
        {ReviewState.ACCEPTED, ReviewState.DECLINED, ReviewState.RELEASED}
    ),
    ReviewState.ACCEPTED: frozenset(
        {ReviewState.SUBMITTED, ReviewState.DECLINED, ReviewState.RELEASED}
    ),
    ReviewState.DECLINED: frozenset(),
    ReviewState.SUBMITTED: frozenset(),
    ReviewState.RELEASED: frozenset(),
}
AWAITED = (ReviewState.INVITED, ReviewState.ACCEPTED)


def _score(label: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


class PeerReview(models.Model):
    """What one reviewer was asked for in a round, and what they wrote."""

    round = models.ForeignKey(ReviewRound, models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="peer_reviews",
        verbose_name=_("reviewer"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ReviewState.choices, default=ReviewState.INVITED
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited"))
    due_at = models.DateTimeField(_("due"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    saved_at = models.DateTimeField(_("draft saved"), null=True)
    submitted_at = models.DateTimeField(_("handed in"), null=True)

    image_quality = _score(_("Image quality"))
    educational_value = _score(_("Educational value"))
    correctness = _score(_("Correctness"))
    language = _score(_("Language"))
    privacy = _score(_("Privacy"))
    to_author = models.TextField(_("comments to the authors"), blank=True)
    to_editor = models.TextField(_("comments to the editor"), blank=True)
    recommendation = models.CharField(
        _("recommendation"), max_length=8, choices=Decision.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("peer review")
        verbose_name_plural = _("peer reviews")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "reviewer"], name="cases_review_once_per_reviewer"
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q((f"{name}__gte", LOWEST), (f"{name}__lte", HIGHEST))
                    | models.Q((f"{name}__isnull", True)),
                    name=f"cases_review_{name}_in_range",
                )
                for name in CRITERIA
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.get_state_display()}"

    @property
    def scores(self) -> dict[str, int | None]:
        """criterion → points given."""
        return {name: getattr(self, name) for name in CRITERIA}

    @property
    def is_awaited(self) -> bool:
        return self.state in AWAITED
