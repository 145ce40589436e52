"""What may be done to many accounts at once: closing and opening, by our rules.

Wagtail's own actions look at no account in particular, and hand out any group there is, those
of departments included. Ours take their places; roles are given one account at a time.
"""

from wagtail.users.views.bulk_actions import AssignRoleBulkAction, SetActiveStateBulkAction

from .access import may


class SetActiveState(SetActiveStateBulkAction):
    def check_perm(self, obj) -> bool:
        return may(self.request.user, "people.change_user", obj)


class NoRoleForMany(AssignRoleBulkAction):
    def check_perm(self, obj) -> bool:  # noqa: ARG002  Wagtail's signature
        return False
