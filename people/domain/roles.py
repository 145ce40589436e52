"""Giving and taking roles."""

from collections.abc import Collection

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from people.models import User
from people.roles import ADMIN_ROLES, GIVEN_ROLES, Role


class RoleNotGiven(ValueError):
    """A role that follows from something else (authorship from membership) was to be given."""


def ensure_roles() -> dict[str, Group]:
    """Make the group of every role; those who work in the admin may enter it. Idempotent."""
    enter_admin = Permission.objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in Role.values}
    for role in ADMIN_ROLES:
        groups[role].permissions.add(enter_admin)
    return groups


@transaction.atomic
def give_role(*, user: User, role: Role) -> None:
    """Let `user` hold `role`; no effect if they do already."""
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    forget_rights(user)


@transaction.atomic
def take_role(*, user: User, role: Role) -> None:
    """End `role` for `user`; no effect if they never held it."""
    user.groups.remove(*Group.objects.filter(name=role))
    forget_rights(user)


@transaction.atomic
def set_roles(*, user: User, roles: Collection[Role]) -> None:
    """Make exactly `roles` the roles that `user` was given by hand.

    Authorship and the groups of departments stay as the memberships have them.
    Raises `RoleNotGiven` for a role outside `GIVEN_ROLES`.
    """
    for role in roles:
        if role not in GIVEN_ROLES:
            raise RoleNotGiven(role)
    for role in GIVEN_ROLES:
        if role in roles:
            give_role(user=user, role=role)
        else:
            take_role(user=user, role=role)


def forget_rights(user: User) -> None:
    """Drop what the object remembers of its rights, Django's own caches included."""
    for name in ("roles", "_perm_cache", "_group_perm_cache", "_user_perm_cache"):
        user.__dict__.pop(name, None)
