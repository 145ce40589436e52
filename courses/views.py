"""Enrolling, leaving, finishing lessons, notes, feedback, and courses on paper."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from media.domain.watching import InvalidWatchReport, record_watching
from media.watching import report_in
from people.access import fetch, require

from .domain.enrolments import CoursesMissing, EnrolmentRefused, NeedsCohort, enrol, leave
from .domain.feedback import give_feedback
from .domain.notes import write_note
from .domain.progress import NotBegunYet, NotJustReading, mark_read, settle
from .feedback import feedback_of
from .forms import FeedbackForm
from .models import Cohort, CoursePage, Enrolment, LessonPage
from .outline import course_of
from .queries import (
    course_progress,
    courses_in_language,
    enrolment_of,
    print_context,
    read_lesson,
)


def _course(course_id: int) -> CoursePage:
    return get_object_or_404(CoursePage.objects.live().public(), pk=course_id)


def _lesson(lesson_id: int) -> LessonPage:
    lessons = LessonPage.objects.live().public().select_related("lecture", "case", "quiz")
    return get_object_or_404(lessons, pk=lesson_id)


@require_POST
def enrol_in_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Join the course, in a cohort or at one's own pace; go to the first lesson to be done."""
    course = _course(course_id)
    if not request.user.is_authenticated:
        # Back to the page with the button: this address answers no GET.
        return redirect_to_login(course.get_url(request))
    require(request.user, "courses.enrol", course)
    chosen = request.POST.get("cohort", "")
    cohort = (
        Cohort.objects.filter(pk=chosen, course_key=course.translation_key).first()
        if chosen.isdecimal()
        else None
    )
    try:
        enrolment = enrol(user=request.user, course=course, cohort=cohort)
    except EnrolmentRefused as refusal:
        messages.error(request, _refusal(refusal, course))
        return redirect(course.get_url(request))
    progress = course_progress(user=request.user, course=course)
    if enrolment.cohort and progress.waits_until:
        messages.success(request, _("You are enrolled. The course opens on its first day."))
        return redirect(course.get_url(request))
    messages.success(request, _("You are enrolled. Your progress is kept from now on."))
    return redirect((progress.next_lesson or course).get_url(request))


def _refusal(refusal: EnrolmentRefused, course: CoursePage) -> str:
    if isinstance(refusal, CoursesMissing):
        missing = courses_in_language(keys=list(refusal.missing), locale_id=course.locale_id)
        return _("Complete first: %(courses)s.") % {
            "courses": ", ".join(f"“{one.title}”" for one in missing)
        }
    if isinstance(refusal, NeedsCohort):
        return _("This course is followed in cohorts: choose one.")
    return _("This cohort can no longer be joined: choose another.")


@require_POST
def leave_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Leave the course; who has left already is told the same."""
    course = get_object_or_404(CoursePage.objects.live(), pk=course_id)
    if not request.user.is_authenticated:
        return redirect_to_login(course.get_url(request))
    enrolment = enrolment_of(user=request.user, course=course)
    if enrolment:
        require(request.user, "courses.change_enrolment", enrolment)
        leave(enrolment=enrolment)
    messages.info(request, _("You have left “%(course)s”.") % {"course": course.title})
    return redirect(course.get_url(request))


@require_POST
def mark_lesson_read(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Take the learner's word that a lesson is read or attended; go on to the next."""
    lesson = _lesson(lesson_id)
    if not request.user.is_authenticated:
        return redirect_to_login(lesson.get_url(request))
    course = course_of(lesson)
    enrolment = fetch(
        request.user,
        "courses.change_enrolment",
        Enrolment.objects.filter(user=request.user).select_related("user", "cohort"),
        course_key=course.translation_key if course else None,
    )
    reading = read_lesson(user=request.user, lesson=lesson, course=course) if course else None
    if reading is None or reading.entry.lock:
        messages.error(request, _("This lesson is not open yet."))
        return redirect(lesson.get_url(request))
    try:
        mark_read(enrolment=enrolment, lesson=lesson, lessons=reading.progress.syllabus.lessons)
    except NotJustReading:
        messages.error(request, _("This lesson is done when all its parts are done."))
        return redirect(lesson.get_url(request))
    except NotBegunYet:
        messages.error(request, _("The webinar has not begun yet."))
        return redirect(lesson.get_url(request))
    return redirect((reading.following or course).get_url(request))


@require_POST
def watch_lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """The player's report: what was really played. Answers how much is watched, and if done."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("Sign in to keep your place.")}, status=403)
    lesson = _lesson(lesson_id)
    if lesson.lecture is None:
        return JsonResponse({"error": _("This lesson has no lecture.")}, status=404)
    require(request.user, "media.record_watching", lesson.lecture)
    course = course_of(lesson)
    reading = read_lesson(user=request.user, lesson=lesson, course=course) if course else None
    if reading is None or reading.entry.lock:
        return JsonResponse({"error": _("This lesson is not open yet.")}, status=403)
    try:
        record = record_watching(
            user=request.user, lecture=lesson.lecture, report=report_in(request)
        )
    except InvalidWatchReport as error:
        sentence = _("The player's report could not be read: %(reason)s.") % {"reason": error}
        return JsonResponse({"error": sentence}, status=400)
    progress = reading.progress
    done = (
        settle(enrolment=progress.enrolment, lessons=progress.syllabus.lessons)
        if progress.enrolment
        else frozenset()
    )
    return JsonResponse(
        {
            "position_s": record.position_s,
            "watched_share": round(record.watched_share, 4),
            "done": lesson.translation_key in done,
        }
    )


@require_POST
def keep_note(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Keep what the learner noted beside a lesson."""
    lesson = _lesson(lesson_id)
    if not request.user.is_authenticated:
        return redirect_to_login(lesson.get_url(request))
    require(request.user, "courses.write_notes", lesson)
    kept = write_note(user=request.user, lesson=lesson, text=request.POST.get("text", ""))
    messages.success(request, _("Your note is kept.") if kept else _("Your note is removed."))
    return redirect(f"{lesson.get_url(request)}#note")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, course_id: int) -> HttpResponse:
    """Say how a completed course was, or say it anew."""
    course = _course(course_id)
    enrolment = enrolment_of(user=request.user, course=course)
    if enrolment is None or enrolment.completed_at is None:
        messages.info(request, _("You can rate a course once you have completed it."))
        return redirect(course.get_url(request))
    require(request.user, "courses.change_enrolment", enrolment)
    form = FeedbackForm(request.POST or None, instance=feedback_of(enrolment=enrolment))
    if request.method == "POST" and form.is_valid():
        give_feedback(enrolment=enrolment, **form.cleaned_data)
        messages.success(request, _("Thank you. You can change your answer at any time."))
        return redirect(course.get_url(request))
    context = {"course": course, "form": form, "course_url": course.get_url(request)}
    return render(request, "courses/feedback.html", context)


@require_safe
def print_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """The course with the texts of all lessons that are open to the reader, for paper."""
    course: Any = _course(course_id)
    request.viewbox_page = course  # type: ignore[attr-defined]
    return render(request, "courses/print.html", print_context(request=request, course=course))
