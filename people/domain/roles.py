"""Giving and taking roles."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from people.models import User
from people.roles import ADMIN_ROLES, Role


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
    user.__dict__.pop("roles", None)


@transaction.atomic
def take_role(*, user: User, role: Role) -> None:
    """End `role` for `user`; no effect if they never held it."""
    user.groups.remove(*Group.objects.filter(name=role))
    user.__dict__.pop("roles", None)
