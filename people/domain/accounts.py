"""Opening accounts and keeping them."""

from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from wagtail.users.models import UserProfile

from people.models import User
from people.roles import Role

from .roles import give_role, set_roles


@transaction.atomic
def welcome(*, user: User) -> User:
    """Save a new account that signed up by itself; it starts as a resident."""
    user.save()
    give_role(user=user, role=Role.RESIDENT)
    return user


@transaction.atomic
def open_account(
    *,
    email: str,
    roles: Collection[Role] = (Role.RESIDENT,),
    first_name: str = "",
    last_name: str = "",
    language: str = settings.LANGUAGE_CODE,
    time_zone: str = "UTC",
    is_superuser: bool = False,
) -> User:
    """Make an account for somebody else. It has no password: its owner chooses one by mail."""
    user = User.objects.create_user(
        email,
        first_name=first_name,
        last_name=last_name,
        language=language,
        time_zone=time_zone,
        is_superuser=is_superuser,
        is_staff=is_superuser,
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    set_roles(user=user, roles=roles)
    keep_admin_in_step(user=user)
    return user


@transaction.atomic
def save_profile(*, user: User) -> User:
    """Save what people change about themselves; the admin follows in language and time."""
    user.save(update_fields=["first_name", "last_name", "language", "time_zone"])
    keep_admin_in_step(user=user)
    return user


@transaction.atomic
def save_account(*, user: User, roles: Collection[Role], is_superuser: bool) -> User:
    """Save an account as changed by its administrator, with exactly `roles` given by hand."""
    user.is_superuser = user.is_staff = is_superuser
    user.save()
    set_roles(user=user, roles=roles)
    keep_admin_in_step(user=user)
    return user


def keep_admin_in_step(*, user: User) -> None:
    """Show Wagtail's admin in the person's language (where it is offered) and time zone."""
    offered = {code for code, _name in settings.WAGTAILADMIN_PERMITTED_LANGUAGES}
    UserProfile.objects.update_or_create(
        user=user,
        defaults={
            "preferred_language": user.language if user.language in offered else "",
            "current_time_zone": user.time_zone,
        },
    )
