"""Wagtail's own letters about workflows, kept off cases: peer review writes its own.

Without this an author would get two letters on acceptance, one of them in the editors' words about
a "moderation workflow", and not through the outbox.
"""

from typing import Any

from wagtail.admin.mail import (
    WorkflowStateApprovalEmailNotifier,
    WorkflowStateRejectionEmailNotifier,
    WorkflowStateSubmissionEmailNotifier,
)
from wagtail.models import WorkflowState
from wagtail.signals import workflow_approved, workflow_rejected, workflow_submitted

from .models import CasePage


class _NotOfCases:
    def can_handle(self, instance: Any, **kwargs: Any) -> bool:
        return super().can_handle(instance, **kwargs) and not isinstance(  # type: ignore[misc]
            instance.content_object.specific, CasePage
        )


class _Submission(_NotOfCases, WorkflowStateSubmissionEmailNotifier):
    pass


class _Approval(_NotOfCases, WorkflowStateApprovalEmailNotifier):
    pass


class _Rejection(_NotOfCases, WorkflowStateRejectionEmailNotifier):
    pass


# Signals hold their receivers weakly.
_NOTIFIERS = {"submitted": _Submission(), "approved": _Approval(), "rejected": _Rejection()}
_SIGNALS = {
    "submitted": workflow_submitted,
    "approved": workflow_approved,
    "rejected": workflow_rejected,
}


def keep_off_cases() -> None:
    """Take the place of Wagtail's receivers, by the names it gives them, whichever came first."""
    for name, signal in _SIGNALS.items():
        uid = f"workflow_state_{name}_email_notification"
        signal.disconnect(sender=WorkflowState, dispatch_uid=uid)
        signal.connect(_NOTIFIERS[name], sender=WorkflowState, dispatch_uid=uid)
