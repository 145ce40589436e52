"""The teacher's page laid out: tables for files, shapes for plots."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from people.access import may
from quizzes.charts import bars, line

from .models import CoursePage, LessonRecord
from .outline import Syllabus, lesson_kind, syllabus_of
from .teaching import (
    QuizResult,
    Watched,
    completion_funnel,
    enrolments_by_week,
    learners_of,
    lecture_retention,
    quiz_results,
)

Table = tuple[Sequence[object], Iterable[Sequence[object]]]


def overview(*, course: CoursePage, user: Any) -> dict[str, Any]:
    """Context of the teacher's page; the same number of queries whatever there is to show."""
    key, syllabus = course.translation_key, syllabus_of(course=course)
    weeks = enrolments_by_week(course_key=key)
    funnel = completion_funnel(course_key=key, syllabus=syllabus)
    return {
        "weeks": weeks,
        "weeks_plot": bars(
            [week.count for week in weeks],
            [formats.date_format(week.monday, "j E Y") for week in weeks],
        ),
        "funnel": funnel,
        "funnel_plot": bars(
            [funnel.enrolled, *(step.done for step in funnel.steps), funnel.completed],
            ["", *(str(step.number) for step in funnel.steps), "✓"],
        ),
        "lectures": [_drawn(one) for one in lecture_retention(course_key=key, syllabus=syllabus)],
        "quizzes": [_linked(one, user) for one in quiz_results(course_key=key, syllabus=syllabus)],
    }


def _drawn(watched: Watched) -> dict[str, Any]:
    return {"watched": watched, "line": line(watched.curve.shares) if watched.curve else ""}


def _linked(result: QuizResult, user: Any) -> dict[str, Any]:
    """Item analysis and marking are the question bank's, with rights of its own."""
    return {"result": result, "may_analyse": may(user, "quizzes.analyse_quiz", result.quiz)}


def _enrolments(course: CoursePage) -> Table:
    weeks = enrolments_by_week(course_key=course.translation_key)
    rows = [(week.monday.isoformat(), week.count) for week in weeks]
    return (_("Week from"), _("Enrolments")), rows


def _funnel(course: CoursePage) -> Table:
    funnel = completion_funnel(
        course_key=course.translation_key, syllabus=syllabus_of(course=course)
    )
    rows = [
        ("", _("Enrolled"), "", funnel.enrolled, 1.0),
        *(
            (
                step.number,
                step.lesson.title,
                lesson_kind(step.lesson).value,
                step.done,
                round(step.share, 4),
            )
            for step in funnel.steps
        ),
        ("", _("Completed"), "", funnel.completed, round(funnel.completed_share, 4)),
    ]
    return (_("Number"), _("Lesson"), _("Kind"), _("Done by"), _("Share")), rows


def _retention(course: CoursePage) -> Table:
    found = lecture_retention(
        course_key=course.translation_key, syllabus=syllabus_of(course=course)
    )
    rows = [
        (one.lesson.title, round(step * one.curve.duration_s / len(one.curve.shares), 1), share)
        for one in found
        if one.curve
        for step, share in enumerate(round(share, 4) for share in one.curve.shares)
    ]
    return (_("Lesson"), _("Second"), _("Share of viewers")), rows


def _quizzes(course: CoursePage) -> Table:
    found = quiz_results(course_key=course.translation_key, syllabus=syllabus_of(course=course))
    rows = [
        (
            one.lesson.title,
            one.learners,
            one.passed,
            "" if one.mean_percent is None else round(one.mean_percent, 1),
            one.to_mark,
        )
        for one in found
    ]
    header = (
        _("Lesson"),
        _("Learners"),
        _("Passed"),
        _("Mean of first attempts, %"),
        _("Answers to mark"),
    )
    return header, rows


def _learners(course: CoursePage) -> Table:
    """A row a learner, a column a lesson with the day it was done."""
    syllabus: Syllabus = syllabus_of(course=course)
    key = course.translation_key
    done: dict[int, dict] = {}
    records = LessonRecord.objects.filter(enrolment__course_key=key)
    for enrolment_id, lesson_key, done_at in records.values_list(
        "enrolment_id", "lesson_key", "done_at"
    ):
        done.setdefault(enrolment_id, {})[lesson_key] = _day(done_at)
    rows = [
        (
            str(one.user),
            one.user.email,
            one.cohort.name if one.cohort else "",
            _day(one.enrolled_at),
            *(done.get(one.pk, {}).get(x.translation_key, "") for x in syllabus.lessons),
            _day(one.completed_at) if one.completed_at else "",
        )
        for one in learners_of(course_key=key, syllabus=syllabus)
    ]
    header = (
        _("Name"),
        _("E-mail address"),
        _("Cohort"),
        _("Enrolled"),
        *(lesson.title for lesson in syllabus.lessons),
        _("Completed"),
    )
    return header, rows


def _day(moment: Any) -> str:
    return timezone.localtime(moment).date().isoformat()


TABLES: dict[str, Callable[[CoursePage], Table]] = {
    "enrolments": _enrolments,
    "funnel": _funnel,
    "retention": _retention,
    "quizzes": _quizzes,
    "learners": _learners,
}
