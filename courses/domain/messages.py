"""Letters to a cohort: written once, each member's copy in their language (see `outbox`)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from courses.models import Cohort, CohortMessage, CoursePage
from outbox.domain.letters import write_letters
from outbox.models import Letter
from outbox.registry import Wording
from outbox.wording import text_of
from pages.queries import in_language
from people.models import User

TO_COHORT = "courses.cohort"
SUBJECT_CHARACTERS = 150
BODY_CHARACTERS = 10_000


class EmptyLetter(Exception):
    """Nothing was written in any language, or a text lacks its subject or its words."""


class NobodyToWriteTo(Exception):
    """The cohort has no members."""


@transaction.atomic
def write_to_cohort(
    *, cohort: Cohort, sender: Any, texts: Mapping[str, tuple[str, str]]
) -> CohortMessage:
    """Send everybody in the cohort a letter; `texts` is {language code: (subject, body)}.

    Members who read another language get the first text. Raises `EmptyLetter`,
    `NobodyToWriteTo`.
    """
    kept = {
        code: {
            "subject": " ".join(subject.split())[:SUBJECT_CHARACTERS],
            "body": body.strip()[:BODY_CHARACTERS],
        }
        for code, (subject, body) in texts.items()
        if subject.strip() or body.strip()
    }
    if not kept or not all(text["subject"] and text["body"] for text in kept.values()):
        raise EmptyLetter
    members = list(User.objects.filter(is_active=True, enrolments__cohort=cohort))
    if not members:
        raise NobodyToWriteTo
    message = CohortMessage.objects.create(cohort=cohort, sender=sender, texts=kept)
    write_letters(kind=TO_COHORT, to=members, about={"message": message.pk}, batch=message.batch)
    return message


def compose(letter: Letter) -> Wording | None:
    """A member's copy: text and frame in their language where there is one."""
    reader = letter.recipient
    message = (
        CohortMessage.objects.select_related("cohort", "sender")
        .filter(pk=letter.about["message"])
        .first()
    )
    if message is None or reader is None:
        return None
    text = message.texts.get(reader.language) or next(iter(message.texts.values()))
    courses = list(
        CoursePage.objects.live()
        .filter(translation_key=message.cohort.course_key)
        .select_related("locale")
        .order_by("locale_id")
    )
    course = in_language(courses, reader.language)
    body = text_of(
        letter,
        "courses/email/cohort_message.txt",
        {
            "text": text["body"],
            "sender": message.sender,
            "cohort": message.cohort,
            "course": course,
            "course_url": (course.full_url or "") if course else "",
        },
    )
    answers_to = [message.sender.email] if message.sender else []
    return Wording(subject=text["subject"], body=body, reply_to=answers_to)
