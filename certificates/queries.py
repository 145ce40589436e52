"""Reading certificates: a person's own, and their credits by year."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from .models import Certificate, CreditType


def certificates_of(user: Any) -> QuerySet[Certificate]:
    """A person's certificates that were not revoked, latest first."""
    return Certificate.objects.filter(holder=user, revoked_at=None)


def certificate_for(user: Any, *, kind: str, key: uuid.UUID) -> Certificate | None:
    """A person's certificate of one achievement, if it holds."""
    return certificates_of(user).filter(subject_kind=kind, subject_key=key).first()


@dataclass(frozen=True)
class YearOfCredits:
    """Credits of one year by type, as accreditation bodies ask for them."""

    year: int
    by_type: tuple[tuple[str, Decimal], ...]

    @property
    def total(self) -> Decimal:
        return sum((hours for _label, hours in self.by_type), Decimal(0))


def credits_by_year(certificates: list[Certificate]) -> list[YearOfCredits]:
    """The credits of certificates by the year of completion, latest first."""
    years: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for certificate in certificates:
        if certificate.credits:
            years[certificate.completed_on.year][certificate.credit_type] += certificate.credits
    return [
        YearOfCredits(
            year,
            tuple(
                (str(kind.label), years[year][kind]) for kind in CreditType if kind in years[year]
            ),
        )
        for year in sorted(years, reverse=True)
    ]
