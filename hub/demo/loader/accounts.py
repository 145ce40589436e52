"""One account per role, all with the same password, for trying the hub out on one's own machine."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from people.domain.accounts import open_account
from people.domain.departments import add_member
from people.models import Department, User
from people.roles import Role

from .run import Run

# Known to all the world, hence only where all the world can't sign in.
PASSWORD = "look-twice-then-commit"  # noqa: S105  of accounts made for trying out
SETTINGS_WITH_ACCOUNTS = ("hub.settings.development", "hub.settings.test")


class AccountsRefused(Exception):
    """These settings serve real people: no account with a known password is made here."""


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as. `department` is the demo's key of one they are a member of."""

    label: str
    email: str
    first_name: str
    last_name: str
    roles: tuple[Role, ...] = ()
    department: str = ""
    is_head: bool = False
    language: str = "en"
    time_zone: str = "UTC"
    is_superuser: bool = False


ACCOUNTS = (
    Account(
        "resident",
        "resident@viewbox.example.org",
        "Amina",
        "Haddad",
        roles=(Role.RESIDENT,),
        time_zone="Africa/Tunis",
    ),
    Account(
        "author, Saint Petersburg",
        "author@viewbox.example.org",
        "Elena",
        "Orlova",
        department="spb",
        language="ru",
        time_zone="Europe/Moscow",
    ),
    Account(
        "author and reviewer, Nairobi",
        "author.nairobi@viewbox.example.org",
        "Grace",
        "Wanjiru",
        roles=(Role.REVIEWER,),
        department="nairobi",
        is_head=True,
        time_zone="Africa/Nairobi",
    ),
    Account(
        "reviewer",
        "reviewer@viewbox.example.org",
        "Pavel",
        "Sorokin",
        roles=(Role.REVIEWER,),
        time_zone="Europe/Moscow",
    ),
    Account(
        "editor",
        "editor@viewbox.example.org",
        "Margaret",
        "Lindqvist",
        roles=(Role.EDITOR,),
        time_zone="Europe/Stockholm",
    ),
    Account(
        "organiser",
        "organiser@viewbox.example.org",
        "Tomás",
        "Herrera",
        roles=(Role.ORGANISER,),
        time_zone="America/Bogota",
    ),
    Account("administrator", "admin@viewbox.example.org", "Ingrid", "Solberg", is_superuser=True),
)


def refuse_in_production() -> None:
    """Raise `AccountsRefused` unless these are the settings of development or tests."""
    if settings.SETTINGS_MODULE not in SETTINGS_WITH_ACCOUNTS:
        raise AccountsRefused(
            "Demo accounts share a password that everybody knows; they are made and listed only "
            f"under {SETTINGS_WITH_ACCOUNTS[0]}, not under {settings.SETTINGS_MODULE}."
        )


def load_accounts(*, run: Run, departments: dict[str, Department]) -> None:
    """Make the accounts that are missing. Raises `AccountsRefused`."""
    refuse_in_production()
    there = set(
        User.objects.filter(email__in=[account.email for account in ACCOUNTS]).values_list(
            "email", flat=True
        )
    )
    for account in ACCOUNTS:
        if account.email not in there:
            _make(account=account, departments=departments)
            run.journal.add("accounts")


@transaction.atomic
def _make(*, account: Account, departments: dict[str, Department]) -> None:
    user = open_account(
        email=account.email,
        roles=account.roles,
        first_name=account.first_name,
        last_name=account.last_name,
        language=account.language,
        time_zone=account.time_zone,
        is_superuser=account.is_superuser,
    )
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user).update(verified=True)
    if account.department:
        add_member(department=departments[account.department], user=user, is_head=account.is_head)


def account_lines() -> list[str]:
    """The accounts and their password, for the terminal. Raises `AccountsRefused`."""
    refuse_in_production()
    width = max(len(account.label) for account in ACCOUNTS)
    return [
        "Accounts to try it with:",
        *(f"  {account.label:<{width}}  {account.email}" for account in ACCOUNTS),
        f"Password of all: {PASSWORD}",
    ]
