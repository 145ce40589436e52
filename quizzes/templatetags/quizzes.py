"""Showing items: by the template of their type."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from wagtail.rich_text import expand_db_html

from quizzes.queries import PresentedItem

register = template.Library()


@register.simple_tag(takes_context=True)
def show_item(
    context: dict,
    item: PresentedItem,
    *,
    action: str,
    number: int | str = "",
    total: int | str = "",
    error: str = "",
    version_id: int | None = None,
    next_url: str = "",
    submit_text: str = "",
) -> SafeString:
    """An item as a form, or with its key and reasons once answered.

    `action` takes the answer by POST; `number` of `total` is its place; `error` what was wrong
    with the last try; `version_id` and `next_url` travel with the form.
    """
    hidden = {"version": version_id, "next": next_url}
    return render_to_string(
        item.template,
        {
            "item": _component_item(item, number=number, total=total),
            "action": action,
            "error": error,
            "submit_text": submit_text,
            "hidden": [{"name": k, "value": v} for k, v in hidden.items() if v],
            "csrf_token": context.get("csrf_token"),
        },
        request=context.get("request"),
    )


def _component_item(item: PresentedItem, *, number: int | str, total: int | str) -> dict:
    """The shape `components/quiz_item.html` documents."""
    view = item.view
    return {
        **view,
        "number": number,
        "total": total,
        "stem": SafeString(expand_db_html(view["stem"])),
        "image": item.image,
        "image_alt": view["image_alt"] or gettext("The picture this question is about"),
        "answered": item.is_answered,
        "correct": item.is_correct,
        "explanation_html": SafeString(expand_db_html(view.get("explanation", ""))),
    }
