"""Enrolling, leaving, finishing lessons, and "My learning"."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.models import Locale

from cases.queries import solved_cases
from certificates.queries import certificates_of, credits_by_year
from media.domain.watching import InvalidWatchReport, record_watching
from media.watching import report_in
from people.access import fetch, require
from quizzes.deck_queries import due_count

from .domain.enrolments import enrol, leave
from .domain.progress import NotJustReading, mark_read, settle
from .models import CoursePage, Enrolment, LessonPage
from .queries import course_progress, courses_url, enrolment_of, lessons_of, my_courses


@login_required
def my_learning(request: HttpRequest) -> HttpResponse:
    """The courses I am in, with what comes next in each."""
    require(request.user, "courses.see_learning")
    locale = Locale.get_active()
    return render(
        request,
        "courses/my_learning.html",
        {
            "running": my_courses(user=request.user, locale_id=locale.pk),
            "solved": solved_cases(user=request.user, locale_id=locale.pk),
            "courses_url": courses_url(locale_id=locale.pk),
            "certificates": (certificates := list(certificates_of(request.user))),
            "credits": credits_by_year(certificates),
            "due_reviews": due_count(user=request.user, now=timezone.now()),
        },
    )


@require_POST
def enrol_in_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Join the course and go to the first lesson that is not done."""
    course = get_object_or_404(CoursePage.objects.live().public(), pk=course_id)
    if not request.user.is_authenticated:
        # Back to the page with the button: this address answers no GET.
        return redirect_to_login(course.get_url(request))
    require(request.user, "courses.enrol", course)
    enrol(user=request.user, course=course)
    progress = course_progress(user=request.user, course=course)
    target = progress.next_lesson or course
    messages.success(request, _("You are enrolled. Your progress is kept from now on."))
    return redirect(target.get_url(request))


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
    """Take the learner's word that a lesson of text is read; go on to the next."""
    lesson = get_object_or_404(
        LessonPage.objects.live().public().select_related("case"), pk=lesson_id
    )
    if not request.user.is_authenticated:
        return redirect_to_login(lesson.get_url(request))
    course = lesson.get_parent().specific
    enrolment = fetch(
        request.user,
        "courses.change_enrolment",
        Enrolment.objects.filter(user=request.user).select_related("user"),
        course_key=course.translation_key,
    )
    lessons = list(lessons_of(course=course))
    try:
        mark_read(enrolment=enrolment, lesson=lesson, lessons=lessons)
    except NotJustReading:
        messages.error(request, _("This lesson is done when all its parts are done."))
        return redirect(lesson.get_url(request))
    following = next((other for other in lessons if other.path > lesson.path), None)
    return redirect((following or course).get_url(request))


@require_POST
def watch_lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """The player's report: what was really played. Answers how much is watched, and if done."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("Sign in to keep your place.")}, status=403)
    lesson = get_object_or_404(
        LessonPage.objects.live().public().select_related("lecture"), pk=lesson_id
    )
    if lesson.lecture is None:
        return JsonResponse({"error": _("This lesson has no lecture.")}, status=404)
    require(request.user, "media.record_watching", lesson.lecture)
    try:
        record = record_watching(
            user=request.user, lecture=lesson.lecture, report=report_in(request)
        )
    except InvalidWatchReport as error:
        sentence = _("The player's report could not be read: %(reason)s.") % {"reason": error}
        return JsonResponse({"error": sentence}, status=400)
    course = lesson.get_parent().specific
    enrolment = enrolment_of(user=request.user, course=course)
    done = (
        settle(enrolment=enrolment, lessons=list(lessons_of(course=course)))
        if enrolment
        else frozenset()
    )
    return JsonResponse(
        {
            "position_s": record.position_s,
            "watched_share": round(record.watched_share, 4),
            "done": lesson.translation_key in done,
        }
    )
