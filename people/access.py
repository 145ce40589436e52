"""The one door that decides who may do what to which object.

Rooms state their rights in `rules.py` (predicates registered under "<app>.<verb>_<noun>");
views, admin hooks, APIs and file serving ask here and nowhere else.
"""

from typing import TypeVar

import rules
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404

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
