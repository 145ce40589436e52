"""My learning, my notes, and a person's record to take along."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Locale

from cases.queries import solved_cases
from certificates.queries import certificates_of, credits_by_year
from pages.templatetags.viewbox import timecode
from people.access import require
from quizzes.deck_queries import due_count

from .documents.record import typeset
from .learning import my_courses, notebook_of, record_of, saved_cases
from .queries import courses_url
from .record_wording import record_pages
from .tables import csv_response
from .teaching import teaches_something


@login_required
@require_safe
def my_learning(request: HttpRequest) -> HttpResponse:
    """The courses I am in, with what comes next in each, and all else that is mine."""
    require(request.user, "courses.see_learning")
    locale = Locale.get_active()
    mine = my_courses(user=request.user, locale_id=locale.pk)
    return render(
        request,
        "courses/my_learning.html",
        {
            "running": [entry for entry in mine if not entry.progress.is_complete],
            "completed": [entry for entry in mine if entry.progress.is_complete],
            "solved": solved_cases(user=request.user, locale_id=locale.pk),
            "saved": saved_cases(user=request.user, locale_id=locale.pk),
            "courses_url": courses_url(locale_id=locale.pk),
            "certificates": (certificates := list(certificates_of(request.user))),
            "credits": credits_by_year(certificates),
            "due_reviews": due_count(user=request.user, now=timezone.now()),
            "teaches": teaches_something(user=request.user),
        },
    )


@login_required
@require_safe
def notebook(request: HttpRequest) -> HttpResponse:
    """My notes on lessons, and the moments of lectures I marked."""
    require(request.user, "courses.see_learning")
    found = notebook_of(user=request.user, locale_id=Locale.get_active().pk)
    return render(request, "courses/notebook.html", {"notebook": found})


@login_required
@require_safe
def notebook_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table."""
    require(request.user, "courses.see_learning")
    found = notebook_of(user=request.user, locale_id=Locale.get_active().pk)
    rows = [
        (
            timezone.localtime(one.note.changed_at).strftime("%Y-%m-%d %H:%M"),
            one.lesson.title if one.lesson else "",
            "",
            one.note.text,
        )
        for one in found.notes
    ]
    rows += [
        (
            timezone.localtime(mark.bookmark.created_at).strftime("%Y-%m-%d %H:%M"),
            mark.bookmark.lecture.title,
            timecode(mark.bookmark.position_s),
            mark.bookmark.note,
        )
        for mark in found.marks
    ]
    return csv_response("notes", (_("Date"), _("Lesson"), _("Time"), _("Note")), rows)


@login_required
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """Everything I have achieved, on one page to print."""
    require(request.user, "courses.see_learning")
    found = record_of(user=request.user, locale_id=Locale.get_active().pk)
    return render(
        request, "courses/record.html", {"record": found, "printed_on": timezone.localdate()}
    )


@login_required
@require_safe
def record_pdf(request: HttpRequest) -> HttpResponse:
    """The same as a PDF, for a department's files or an accreditation body."""
    require(request.user, "courses.see_learning")
    found = record_of(user=request.user, locale_id=Locale.get_active().pk)
    pages = record_pages(record=found, user=request.user, today=timezone.localdate())
    response = HttpResponse(typeset(pages), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="learning-record.pdf"'
    return response


@login_required
@require_safe
def record_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table."""
    require(request.user, "courses.see_learning")
    found = record_of(user=request.user, locale_id=Locale.get_active().pk)
    header = (_("Kind"), _("Title"), _("Begun"), _("Done"), _("Result"), _("Credits"), _("Number"))
    return csv_response("learning-record", header, found.rows)
