"""Who approves what authors submit: Wagtail's workflow, with our editors in it."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext
from wagtail.models import (
    GroupApprovalTask,
    Page,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from people.roles import Role

# Wagtail's first migrations make these; our roles and workflow take their places.
WAGTAILS_GROUPS = ("Moderators", "Editors")


@transaction.atomic
def ensure_workflow() -> Workflow:
    """Let pages be submitted to the editors, by one approval. Idempotent.

    Wagtail's own groups and workflow are removed when ours is made, and never looked for again:
    what a society sets up later, under whatever name, is left alone.
    """
    editors = Group.objects.get(name=Role.EDITOR)
    existing = Workflow.objects.filter(
        workflow_tasks__task__in=GroupApprovalTask.objects.filter(groups=editors)
    ).first()
    if existing:
        return existing
    _remove_wagtails_moderation()
    name = gettext("Editorial approval")
    task = GroupApprovalTask.objects.create(name=name)
    task.groups.add(editors)
    workflow = Workflow.objects.create(name=name)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.update_or_create(
        page=Page.get_first_root_node(), defaults={"workflow": workflow}
    )
    return workflow


def _remove_wagtails_moderation() -> None:
    """Take away what nobody uses; what was used before us is only switched off."""
    groups = Group.objects.filter(name__in=WAGTAILS_GROUPS)
    tasks = GroupApprovalTask.objects.filter(groups__in=groups).distinct()
    for workflow in Workflow.objects.filter(workflow_tasks__task__in=tasks).distinct():
        if workflow.workflow_states.exists():
            workflow.deactivate()
        else:
            workflow.delete()
    for task in Task.objects.filter(pk__in=tasks.values("pk"), task_states__isnull=True):
        task.specific.delete()
    groups.filter(user__isnull=True).delete()
