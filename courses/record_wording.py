"""What a learning record says on paper, in the reader's language."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language, get_language_bidi, gettext

from .documents.record import RecordPages, RecordPart
from .learning import Record


def record_pages(*, record: Record, user: Any, today: dt.date) -> RecordPages:
    """The record of `user` as the pages of a PDF."""
    return RecordPages(
        language=(get_language() or settings.LANGUAGE_CODE).split("-")[0],
        direction="rtl" if get_language_bidi() else "ltr",
        heading=gettext("Learning record"),
        name=user.printed_name.strip() or user.get_full_name().strip() or user.email,
        issuer=settings.SOCIETY_NAME,
        made_on=formats.date_format(today, "j E Y"),
        none=gettext("None yet."),
        parts=(_courses(record), _certificates(record), _credits(record), _quizzes(record)),
    )


def _courses(record: Record) -> RecordPart:
    return RecordPart(
        heading=gettext("Courses"),
        header=(
            gettext("Course"),
            gettext("Enrolled"),
            gettext("Lessons done"),
            gettext("Completed"),
        ),
        rows=tuple(
            (
                one.course.title,
                _day(one.enrolment.enrolled_at),
                gettext("%(done)s of %(total)s") % {"done": one.done, "total": one.total},
                _day(one.enrolment.completed_at),
            )
            for one in record.courses
        ),
    )


def _certificates(record: Record) -> RecordPart:
    return RecordPart(
        heading=gettext("Certificates"),
        header=(
            gettext("Certified"),
            gettext("Date"),
            gettext("Kind"),
            gettext("Credits"),
            gettext("Number"),
        ),
        rows=tuple(
            (
                one.title,
                formats.date_format(one.completed_on, "j E Y"),
                str(one.get_credit_type_display()),
                _number(one.credits),
                one.number,
            )
            for one in record.certificates
        ),
    )


def _credits(record: Record) -> RecordPart:
    return RecordPart(
        heading=gettext("Credits by year"),
        header=(gettext("Kind"), gettext("Year"), gettext("Credits")),
        rows=tuple(
            (label, str(year.year), _number(hours))
            for year in record.credits
            for label, hours in year.by_type
        ),
    )


def _quizzes(record: Record) -> RecordPart:
    verdicts = {
        True: gettext("yes"),
        False: gettext("no"),
        None: gettext("still to be marked"),
    }
    return RecordPart(
        heading=gettext("Quizzes"),
        header=(gettext("Quiz"), gettext("Date"), gettext("Result"), gettext("Passed")),
        rows=tuple(
            (one.quiz.title, _day(one.finished_at), f"{one.percent} %", verdicts[one.passed])
            for one in record.attempts
        ),
    )


def _day(moment: dt.datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "j E Y") if moment else "–"


def _number(value: Decimal) -> str:
    return formats.number_format(value.normalize(), use_l10n=True) if value else "–"
