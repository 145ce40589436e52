"""Predicates about people that the rights of every room are built from (django-rules)."""

import rules

from .roles import Role


@rules.predicate
def is_active(user) -> bool:
    return bool(user and user.is_authenticated and user.is_active)


@rules.predicate
def is_superuser(user) -> bool:
    return is_active(user) and user.is_superuser


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


@rules.predicate
def enters_admin(user) -> bool:
    """By any group that opens the admin, be it a role's or one a society made itself."""
    return is_active(user) and user.has_perm("wagtailadmin.access_admin")


@rules.predicate
def is_ordinary_account(user, account) -> bool:
    """No superuser's account (asked of no account in particular: yes)."""
    return account is None or not account.is_superuser


rules.set_perm("people.enter_admin", enters_admin)
rules.set_perm("people.change_profile", is_self)
rules.set_perm("people.take_record", is_self)

# Departments are never deleted: their pages, files and certificates go on naming them.
manages_departments = is_editor | is_organiser
rules.set_perm("people.manage_departments", manages_departments)
rules.set_perm("people.view_department", manages_departments)
rules.set_perm("people.add_department", manages_departments)
rules.set_perm("people.change_department", manages_departments)
rules.set_perm("people.delete_department", rules.always_deny)

# Who may change an account could take it over, so organisers stop at superusers' accounts.
manages_accounts = is_organiser & (is_ordinary_account | is_superuser)
rules.set_perm("people.view_user", manages_accounts)
rules.set_perm("people.add_user", manages_accounts)
rules.set_perm("people.change_user", manages_accounts)
rules.set_perm("people.delete_user", is_superuser)
rules.set_perm("people.choose_user", manages_departments)
rules.set_perm("people.appoint_superuser", is_superuser)
