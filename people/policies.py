"""How Wagtail's admin asks the hub's own rules."""

from collections.abc import Iterable

from django.db.models import Model
from wagtail.permission_policies import ModelPermissionPolicy

from .access import may


class RulesPermissionPolicy(ModelPermissionPolicy):
    """Wagtail's "add" of a model is the rule "<app>.add_<model>", and so on.

    Unlike Django's model permissions it binds superusers too, and it is told the object.
    """

    def user_has_permission(self, user, action: str) -> bool:
        return may(user, self._get_permission_name(action))

    def user_has_any_permission(self, user, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user, action: str, instance: Model) -> bool:
        return may(user, self._get_permission_name(action), instance)
