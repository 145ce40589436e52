"""Which kinds of letters a person gets."""

from collections.abc import Collection

from django.db import transaction

from outbox.models import Refusal
from outbox.registry import Kind, kind_of, kinds
from people.access import may
from people.models import User


class NotOptional(ValueError):
    """This kind of letter cannot be stopped."""


def stoppable_by(user: User) -> list[Kind]:
    """Kinds that the person gets and can stop."""
    return [kind for kind in kinds() if kind.is_optional and may(user, kind.offered_to)]


def refuse_kind(*, user: User, kind: str) -> None:
    """Send `user` no more letters of this kind; twice is once. Raises `NotOptional`."""
    if not kind_of(kind).is_optional:
        raise NotOptional(kind)
    Refusal.objects.get_or_create(user=user, kind=kind)


def welcome_kind(*, user: User, kind: str) -> None:
    """Send `user` letters of this kind again."""
    Refusal.objects.filter(user=user, kind=kind).delete()


@transaction.atomic
def choose_kinds(*, user: User, wanted: Collection[str]) -> None:
    """Of the kinds that the person can stop, send them exactly the `wanted`."""
    for kind in stoppable_by(user):
        if kind.name in wanted:
            welcome_kind(user=user, kind=kind.name)
        else:
            refuse_kind(user=user, kind=kind.name)
