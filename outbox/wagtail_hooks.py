"""The outbox in the editing desk."""

from wagtail import hooks
from wagtail.permissions import register_permission_policy

from .models import Letter
from .viewsets import OutboxPolicy, OutboxViewSet

register_permission_policy(Letter, OutboxPolicy(Letter))


@hooks.register("register_admin_viewset")
def register_outbox() -> OutboxViewSet:
    return OutboxViewSet()
