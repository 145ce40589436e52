"""Stacks of cases within items of the quiz engine."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import template

from cases.viewing import Viewing, viewing_of
from quizzes.models import Confidence

register = template.Library()


@register.simple_tag(takes_context=True)
def own_stack(context: Mapping[str, Any], item: Mapping[str, Any]) -> Viewing | None:
    """The stack a question is asked on, where the page does not show the case's stacks itself."""
    request = context.get("request")
    if getattr(request, "viewbox_stacks_of", "") == item["case"]:
        return None
    try:
        case_key = uuid.UUID(item["case"])
    except ValueError:
        return None
    return viewing_of(case_key=case_key, only=item["series"])


@register.filter
def on_series(marks: list[dict[str, Any]], series: str) -> list[dict[str, Any]]:
    """Marks of an answered question with the stack they lie on."""
    return [mark | {"series": series} for mark in marks or []]


@register.simple_tag
def confidences() -> list[tuple[int, str]]:
    """How sure one can be of an answer."""
    return list(Confidence.choices)
