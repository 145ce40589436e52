from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(AppConfig):
    default = True
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from .models import Department
        from .personal_record import account, memberships, register_part
        from .policies import RulesPermissionPolicy

        register_permission_policy(Department, RulesPermissionPolicy(Department))
        register_part(
            "account",
            account,
            covers=["account.EmailAddress", "mfa.Authenticator", "people.User"],
        )
        register_part("memberships", memberships, covers=["people.Membership"])


class AccountsAdminConfig(WagtailUsersAppConfig):
    """Wagtail's user administration, with our forms and our rules."""

    user_viewset = "people.viewsets.PersonViewSet"

    def ready(self) -> None:
        from django.contrib.auth.models import Group
        from wagtail.permissions import register_permission_policy

        from .models import User
        from .policies import RulesPermissionPolicy

        register_permission_policy(User, RulesPermissionPolicy(User))
        register_permission_policy(Group)
