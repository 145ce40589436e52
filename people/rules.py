"""Predicates about people that the rights of every room are built from (django-rules)."""

import rules

from .roles import Role


@rules.predicate
def is_active(user) -> bool:
    return bool(user and user.is_authenticated and user.is_active)


def has_role(role: Role):
    """A predicate that holds for active users with `role` (and for superusers)."""

    @rules.predicate(f"has_role:{role}")
    def predicate(user) -> bool:
        return is_active(user) and (user.is_superuser or role in user.roles)

    return predicate


is_editor = has_role(Role.EDITOR)
is_organiser = has_role(Role.ORGANISER)
is_reviewer = has_role(Role.REVIEWER)
is_author = has_role(Role.AUTHOR)


@rules.predicate
def in_department_of(user, obj) -> bool:
    """Whether `obj.department` is one of the user's own departments."""
    department_id = getattr(obj, "department_id", None)
    return is_active(user) and department_id is not None and department_id in user.department_ids


@rules.predicate
def is_self(user, obj) -> bool:
    return is_active(user) and user == obj


rules.set_perm("people.change_profile", is_self)
rules.set_perm("people.manage_departments", is_editor | is_organiser)
