"""System checks of the cases' settings that live in the database: `check --database default`."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError


@register(Tags.database)
def peer_review_comes_last(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Nothing may follow peer review in its workflow."""
    from .domain.review_workflow import misplaced_reviews  # noqa: PLC0415  needs the app registry

    if not databases:
        return []
    try:
        workflows = misplaced_reviews()
    except DatabaseError:
        # Not migrated yet.
        return []
    return [
        Error(
            f"Peer review is not the last task of the workflow “{workflow.name}”: no case goes"
            " through it.",
            hint="Move the peer review to the end of the workflow in the editing desk.",
            obj=workflow,
            id="cases.E001",
        )
        for workflow in workflows
    ]
