"""Wagtail's letters about workflows, by way of the outbox.

Who is told, and in which words, is Wagtail's; when and how a letter leaves is the outbox's: written
in the transaction of what it tells of, sent by a worker, retried, shown in the editing desk. Rooms
with letters of their own keep these off their pages.
"""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin import mail
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import (
    task_submitted,
    workflow_approved,
    workflow_rejected,
    workflow_submitted,
)

from outbox.domain.letters import write_letters
from outbox.models import Letter
from outbox.registry import Wording, register_letter

KIND = "pages.workflow"
_kept_off: list[type] = []


def keep_off(model: type) -> None:
    """Send no letters about the workflow of pages of this class."""
    _kept_off.append(model)


class _ByOutbox:
    """A notifier of Wagtail that writes letters instead of sending mail."""

    name: str
    model: Any

    def can_handle(self, instance: Any, **kwargs: Any) -> bool:
        return super().can_handle(instance, **kwargs) and self._is_ours(instance)  # type: ignore[misc]

    def _is_ours(self, workflow_state: WorkflowState) -> bool:
        return not isinstance(workflow_state.content_object.specific, tuple(_kept_off))

    def __call__(self, instance: Any = None, **kwargs: Any) -> bool:
        if not self.can_handle(instance, **kwargs):
            return False
        write_letters(
            kind=KIND,
            to=self.get_valid_recipients(instance, **kwargs),  # type: ignore[attr-defined]
            about={"event": self.name, "state": instance.pk, "task": self._task_id(instance)},
        )
        return True

    def _task_id(self, instance: WorkflowState) -> int | None:
        return instance.current_task_state_id

    def word(self, letter: Letter) -> Wording | None:
        """The letter in the language that is active; None where it no longer holds."""
        state = self.model.objects.filter(pk=letter.about["state"]).first()
        if state is None or not self.holds(state):
            return None
        if isinstance(state, WorkflowState):
            # It may have gone on to another task since.
            state.current_task_state = TaskState.objects.filter(pk=letter.about["task"]).first()
        context = self.get_context(state) | {"user": letter.recipient}  # type: ignore[attr-defined]
        templates = self.get_template_set(state)  # type: ignore[attr-defined]
        return Wording(
            subject=render_to_string(templates["subject"], context).strip(),
            body=render_to_string(templates["text"], context).strip(),
        )

    def holds(self, _state: Any) -> bool:
        return True


class _Submitted(_ByOutbox, mail.WorkflowStateSubmissionEmailNotifier):
    name, model = "submitted", WorkflowState

    def holds(self, state: WorkflowState) -> bool:
        return state.status == WorkflowState.STATUS_IN_PROGRESS


class _Approved(_ByOutbox, mail.WorkflowStateApprovalEmailNotifier):
    name, model = "approved", WorkflowState


class _Rejected(_ByOutbox, mail.WorkflowStateRejectionEmailNotifier):
    name, model = "rejected", WorkflowState


class _ToApprovers(_ByOutbox, mail.GroupApprovalTaskStateSubmissionEmailNotifier):
    name, model = "task", TaskState

    def _is_ours(self, _task_state: TaskState) -> bool:
        # Whoever has to approve is told of all pages: a task before peer review too.
        return True

    def _task_id(self, instance: TaskState) -> int:
        return instance.pk

    def holds(self, state: TaskState) -> bool:
        return state.status == TaskState.STATUS_IN_PROGRESS


# Signals hold their receivers weakly.
_NOTIFIERS = {each.name: each for each in (_Submitted(), _Approved(), _Rejected(), _ToApprovers())}


def compose(letter: Letter) -> Wording | None:
    """One of Wagtail's letters, worded when it is sent."""
    return _NOTIFIERS[letter.about["event"]].word(letter)


def take_over() -> None:
    """Take the place of Wagtail's receivers, by the names it gives them, whichever came first."""
    register_letter(KIND, compose, label=_("Workflow of a page"))
    for signal, sender, name, uid in (
        (workflow_submitted, WorkflowState, "submitted", "workflow_state_submitted"),
        (workflow_approved, WorkflowState, "approved", "workflow_state_approved"),
        (workflow_rejected, WorkflowState, "rejected", "workflow_state_rejected"),
        (task_submitted, TaskState, "task", "group_approval_task_submitted"),
    ):
        receiver = f"{uid}_email_notification"
        signal.disconnect(sender=sender, dispatch_uid=receiver)
        signal.connect(_NOTIFIERS[name], sender=sender, dispatch_uid=receiver)
