"""Wagtail's workflow for cases: one step, which is the peer review."""

from django.conf import settings
from django.db import transaction
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
        .order_by("pk")
        .first()
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
