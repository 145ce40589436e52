"""Items and quizzes from the demo's question tables."""

import uuid
from typing import Any

from wagtail.models import Locale

from pages.models import SiteImage
from people.models import Department
from quizzes.models import Item, Quiz, QuizItem

from . import content
from .identity import find, list_items, stream
from .prose import to_html, to_text


def ensure_item(
    *,
    key: uuid.UUID,
    locale: Locale,
    title: str,
    department: Department,
    words: content.Content,
    image: SiteImage | None = None,
) -> Item:
    """The single-best-answer item of `key` in a language, made if missing.

    `words` has stem, explanation and options (text, correct, feedback), with an image also
    picture_alt. Options have the same ids in every language.
    """
    known = find(Item, key=key, locale=locale)
    if known:
        return known
    return Item.objects.create(
        translation_key=key,
        locale=locale,
        title=title[:200],
        department=department,
        body=stream(key, "body", [("single_best_answer", _question(key, words, image))]),
    )


def _question(key: uuid.UUID, words: content.Content, image: SiteImage | None) -> dict[str, Any]:
    options = [
        {
            "text": to_text(option["text"]),
            "is_key": option["correct"],
            "feedback": to_text(option["feedback"]),
        }
        for option in words["options"]
    ]
    return {
        "stem": to_html(words["stem"]),
        "image": image.pk if image else None,
        "image_alt": words["picture_alt"] if image else "",
        "options": list_items(key, "options", options),
        "explanation": to_html(words["explanation"]),
    }


def ensure_quiz(
    *,
    key: uuid.UUID,
    locale: Locale,
    department: Department,
    words: content.Content,
    images: dict[str, SiteImage],
) -> Quiz:
    """The quiz of `key` in a language with all its items, made if missing.

    `images` has the pictures of the scenes that the items name.
    """
    known = find(Quiz, key=key, locale=locale)
    if known:
        return known
    quiz = Quiz(
        translation_key=key,
        locale=locale,
        title=words["title"],
        introduction=to_html(words["intro"]),
        department=department,
        pass_mark_percent=words["pass_mark_percent"],
    )
    quiz.quiz_items = [
        QuizItem(
            sort_order=number,
            item=ensure_item(
                key=uuid.uuid5(key, f"item/{number}"),
                locale=locale,
                title=f"{words['title']}, {number}",
                department=department,
                words=item,
                image=images.get(item.get("picture", "")),
            ),
        )
        for number, item in enumerate(words["items"], start=1)
    ]
    quiz.save()
    return quiz
