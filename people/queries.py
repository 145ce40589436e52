"""Reading people and departments."""

from allauth.account.models import EmailAddress
from django.db.models import Count, Q, QuerySet

from .models import Department, User


def reader_of(*, email: str) -> User | None:
    """Whose mailbox this is: by the account's address, else by a confirmed further one."""
    user = User.objects.filter(email__iexact=email).first()
    if user:
        return user
    address = (
        EmailAddress.objects.filter(email__iexact=email, verified=True)
        .select_related("user")
        .first()
    )
    return address.user if address else None


def departments_with_size() -> QuerySet[Department]:
    """Departments with `member_count` and `head_count`, for lists; one query."""
    return Department.objects.annotate(
        member_count=Count("memberships", distinct=True),
        head_count=Count("memberships", filter=Q(memberships__is_head=True), distinct=True),
    )


def accounts_with_roles() -> QuerySet[User]:
    """All accounts with groups and admin profile at hand (`User.role_names`); two queries."""
    return User.objects.select_related("wagtail_userprofile").prefetch_related("groups")


def people_to_choose() -> QuerySet[User]:
    """Accounts in use, by name."""
    return User.objects.filter(is_active=True).order_by("last_name", "first_name", "email")


def named_like(people: QuerySet[User], *, words: list[str]) -> QuerySet[User]:
    """Those in whose names or address every one of `words` occurs."""
    for word in words:
        people = people.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
        )
    return people
