"""Showing items: by the template of their type."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from wagtail.rich_text import expand_db_html

from media.models import Lecture
from pages.models import SiteImage
from pages.pictures import FIGURE
from people.access import may
from quizzes import item_types
from quizzes.item_types.geometry import NotARegion, parse_region
from quizzes.item_types.hotspot import outline
from quizzes.models import Confidence
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
    sequence: int | None = None,
    ask_confidence: bool = False,
    confidence: int | None = None,
    save: bool = False,
) -> SafeString:
    """An item as a form, or with its key and reasons once answered.

    `action` takes the answer by POST; `number` of `total` is its place; `error` what was wrong
    with the last try; `version_id`, `next_url` and `sequence` (the count of savings so far)
    travel with the form; `save` lets script send every change at once.
    """
    request = context.get("request")
    following = None if sequence is None else sequence + 1
    hidden = {"version": version_id, "next": next_url, "sequence": following}
    return render_to_string(
        item.template,
        {
            "item": _component_item(item, number=number, total=total)
            | {
                "video": _playable(item.video, request),
                "explanation_video": _playable(item.explanation_video, request),
            },
            "action": action,
            "error": error,
            "submit_text": submit_text,
            "hidden": [{"name": k, "value": v} for k, v in hidden.items() if v],
            "confidences": (
                [(value, label, value == confidence) for value, label in Confidence.choices]
                if ask_confidence
                else []
            ),
            "save": save,
            "csrf_token": context.get("csrf_token"),
        },
        request=request,
    )


def _playable(lecture: Lecture | None, request: Any) -> dict[str, Any] | None:
    """What `quizzes/items/video.html` plays: no title, which could tell the answer."""
    if lecture is None or request is None or not lecture.is_ready:
        return None
    if not may(request.user, "media.watch_lecture", lecture):
        return None
    lecture.viewer = request.user
    return {
        "manifest_url": lecture.manifest_url,
        "fallback_url": lecture.fallback_url,
        "fallback_type": "audio/mp4" if lecture.fallback.endswith(".m4a") else "video/mp4",
        "poster_url": lecture.poster_url,
        "tracks": [
            {
                "url": reverse("lectures:captions", args=[lecture.pk, caption.language]),
                "language": caption.language,
                "label": caption.get_language_display(),
            }
            for caption in lecture.captions.all()
        ],
    }


def _component_item(item: PresentedItem, *, number: int | str, total: int | str) -> dict:
    """The shape `quizzes/items/item.html` documents."""
    view = item.view
    return {
        **view,
        "number": number,
        "total": total,
        "stem": expanded(view["stem"]),
        "image": item.image,
        "image_alt": view["image_alt"] or gettext("The picture this question is about"),
        "options": [_with_image(option, item.images) for option in view.get("options", [])],
        "answered": item.is_answered,
        "explained": item.is_explained,
        "score": item.score,
        "correct": item.is_correct,
        "explanation_html": expanded(view.get("explanation", "")),
    }


def _with_image(option: dict[str, Any], images: Mapping[int, SiteImage]) -> dict[str, Any]:
    return option | {"image": images.get(option.get("image_id") or 0)}


@register.filter
def item_type_name(code: str) -> str:
    """What authors call a type of question."""
    return str(item_types.get(code).block().label)


@register.filter
def expanded(html: str) -> SafeString:
    """Rich text as readers get it, whole or cut at its gaps."""
    return SafeString(expand_db_html(html or ""))


@register.simple_tag
def plain_picture_url(image: SiteImage | None) -> str:
    """The address of a picture's largest JPEG for text, for what takes one address only."""
    if image is None:
        return ""
    spec = f"{FIGURE.operations[-1]}|format-jpeg"
    try:
        return image.get_renditions(spec)[spec].url
    except OSError:  # a missing file must not take the page with it
        return ""


@register.simple_tag
def drawn_regions(regions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """An author's regions as outlines to draw; what is not finished yet is left out."""
    drawn = []
    for region in regions:
        try:
            shape = outline(parse_region(region["shape"], region["coordinates"]))
        except NotARegion:
            continue
        drawn.append(shape | {"is_key": region["is_key"]})
    return drawn
