"""The one door that decides who may do what to which object.

Rooms state their rights in `rules.py` (predicates registered under "<app>.<verb>_<noun>");
views, admin hooks, APIs and file serving ask here and nowhere else.
"""

from typing import TypeVar

import rules
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from wagtail.permission_policies import ModelPermissionPolicy

M = TypeVar("M", bound=Model)


class UnknownPermission(LookupError):
    """A permission no room has registered: a spelling mistake must fail loudly, not refuse."""


def may(user, permission: str, obj=None) -> bool:
    """Whether `user` may do `permission` ("media.change_lecture") to `obj`.

    Raises `UnknownPermission` when no rule of that name exists.
    """
    if not rules.perm_exists(permission):
        raise UnknownPermission(permission)
    return rules.has_perm(permission, user, obj)


def require(user, permission: str, obj=None) -> None:
    """Raise `PermissionDenied` unless `may(user, permission, obj)`."""
    if not may(user, permission, obj):
        raise PermissionDenied(permission)


def fetch(user, permission: str, queryset: QuerySet[M], **lookup) -> M:
    """Return the object of `queryset` matching `lookup`, if `user` has `permission` on it.

    Raises `Http404` where there is none, `PermissionDenied` where the right is missing.
    """
    obj = get_object_or_404(queryset, **lookup)
    require(user, permission, obj)
    return obj


class RulesPermissionPolicy(ModelPermissionPolicy):
    """Lets Wagtail's admin ask the same rules: "add" of a model is "<app>.add_<model>".

    Unlike Django's model permissions it also binds superusers, and it knows the object.
    """

    def user_has_permission(self, user, action: str) -> bool:
        return may(user, self._get_permission_name(action))

    def user_has_permission_for_instance(self, user, action: str, instance: Model) -> bool:
        return may(user, self._get_permission_name(action), instance)

    def user_has_any_permission(self, user, actions) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)
