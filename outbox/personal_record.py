"""What the outbox knows of a person, for their record (`people.personal_record`)."""

from collections.abc import Iterator
from typing import Any

from .models import Letter, Refusal


def letters(user: Any) -> Iterator[dict[str, Any]]:
    """Letters to the person, with their texts as long as these are kept."""
    found = Letter.objects.filter(recipient=user).order_by("created_at", "pk").defer("sealed")
    for letter in found.iterator():
        yield {
            "kind": letter.kind,
            "written_at": letter.created_at,
            "state": letter.outcome or letter.state,
            "sent_at": letter.sent_at,
            "address": letter.address,
            "subject": letter.subject,
            "text": letter.body,
        }


def refused(user: Any) -> Iterator[dict[str, Any]]:
    """Kinds of letters that the person does not want."""
    yield from Refusal.objects.filter(user=user).order_by("since").values("kind", "since")
