"""Wagtail's workflow for cases: one step, which is the peer review."""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext
from wagtail.models import Workflow, WorkflowTask

from cases.models import CaseReviewTask


def review_workflow() -> Workflow | None:
    """The workflow that cases go through, wherever they stand in the tree."""
    if not getattr(settings, "WAGTAIL_WORKFLOW_ENABLED", True):
        return None
    return (
        Workflow.objects.filter(
            active=True, workflow_tasks__task__in=CaseReviewTask.objects.filter(active=True)
        )
        .exclude(pk__in=[workflow.pk for workflow in misplaced_reviews()])
        .order_by("pk")
        .first()
    )


def misplaced_reviews() -> list[Workflow]:
    """Workflows where a task follows peer review; cases are not sent through them.

    The decision accepts one revision and publishes it: whatever comes later could neither stop that
    nor change a word without going round the review.
    """
    later = WorkflowTask.objects.filter(
        workflow=OuterRef("workflow"), sort_order__gt=OuterRef("sort_order"), task__active=True
    )
    reviews = WorkflowTask.objects.filter(
        Exists(later),
        workflow__active=True,
        task__active=True,
        task__in=CaseReviewTask.objects.all(),
    )
    return list(
        Workflow.objects.filter(workflow_tasks__in=reviews).distinct().order_by("name", "pk")
    )


@transaction.atomic
def ensure_review_workflow() -> Workflow:
    """Make the workflow of cases where there is none. Idempotent.

    One that a society has switched off or rebuilt is left alone.
    """
    existing = Workflow.objects.filter(
        workflow_tasks__task__in=CaseReviewTask.objects.all()
    ).first()
    if existing:
        return existing
    name = gettext("Peer review of cases")
    task = CaseReviewTask.objects.create(name=name)
    workflow = Workflow.objects.create(name=name)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow
