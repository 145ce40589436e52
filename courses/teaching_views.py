"""The pages of a course's teachers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.models import Locale

from outbox.queries import tally
from people.access import fetch, require

from .cohorts import cohorts_of, messages_to
from .domain.cohorts import HasMembers, add_members, delete_cohort, release_member
from .domain.messages import NobodyToWriteTo, write_to_cohort
from .feedback import ratings_of, texts_about
from .forms import CohortForm, LetterForm, MembersForm
from .models import Cohort, CoursePage, Enrolment
from .outline import syllabus_of
from .tables import csv_response
from .teaching import learners_of, taught_courses
from .teaching_tables import TABLES, overview

RIGHT = "courses.teach_course"
PER_PAGE = 50


@login_required
@require_safe
def taught(request: HttpRequest) -> HttpResponse:
    """The courses whose teacher's pages one may see."""
    courses = taught_courses(user=request.user, locale_id=Locale.get_active().pk)
    return render(request, "courses/teaching/taught.html", {"courses": courses})


def _course(request: HttpRequest, course_id: int) -> CoursePage:
    return fetch(request.user, RIGHT, CoursePage.objects.all(), pk=course_id)


def _cohort(request: HttpRequest, cohort_id: int) -> tuple[Cohort, CoursePage]:
    """The cohort with its course, in the reader's language where there is one."""
    cohort = get_object_or_404(Cohort, pk=cohort_id)
    versions = CoursePage.objects.filter(translation_key=cohort.course_key)
    course = (
        versions.filter(locale=Locale.get_active()).first()
        or versions.order_by("locale_id").first()
    )
    if course is None:
        raise Http404
    require(request.user, RIGHT, course)
    return cohort, course


@login_required
@require_safe
def course(request: HttpRequest, course_id: int) -> HttpResponse:
    """How the course goes: enrolments, funnel, lectures, quizzes, feedback, cohorts."""
    page = _course(request, course_id)
    context = overview(course=page, user=request.user) | {
        "course": page,
        "cohorts": list(cohorts_of(course=page)),
        "ratings": ratings_of(course_key=page.translation_key),
        "feedback": list(texts_about(course_key=page.translation_key)[:20]),
    }
    return render(request, "courses/teaching/course.html", context)


@login_required
@require_safe
def learners(request: HttpRequest, course_id: int) -> HttpResponse:
    """Who is enrolled, and how far each has come."""
    page = _course(request, course_id)
    syllabus = syllabus_of(course=page)
    found = learners_of(course_key=page.translation_key, syllabus=syllabus)
    return render(
        request,
        "courses/teaching/learners.html",
        {
            "course": page,
            "learners": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "total": len(syllabus.lessons),
        },
    )


@login_required
@require_safe
def table(request: HttpRequest, course_id: int, table: str) -> HttpResponse:
    """One of the tables as a file."""
    page = _course(request, course_id)
    if table not in TABLES:
        raise Http404
    header, rows = TABLES[table](page)
    return csv_response(f"{page.slug}-{table}", header, rows)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_cohort(request: HttpRequest, course_id: int) -> HttpResponse:
    """Open a cohort."""
    page = _course(request, course_id)
    cohort = Cohort(course_key=page.translation_key)
    form = CohortForm(request.POST or None, instance=cohort)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        messages.success(request, _("The cohort “%(name)s” is open.") % {"name": made.name})
        return redirect("courses:cohort", made.pk)
    return render(request, "courses/teaching/new_cohort.html", {"course": page, "form": form})


def _show_cohort(
    request: HttpRequest, cohort: Cohort, page: CoursePage, **forms: Any
) -> HttpResponse:
    syllabus = syllabus_of(course=page)
    members = learners_of(course_key=cohort.course_key, syllabus=syllabus).filter(cohort=cohort)
    context = {
        "course": page,
        "cohort": cohort,
        "members": list(members),
        "total": len(syllabus.lessons),
        "letters": messages_to(cohort=cohort),
        "cohort_form": CohortForm(instance=cohort),
        "members_form": MembersForm(),
        "letter_form": LetterForm(languages=_languages(page)),
    }
    refused = any(form.errors for form in forms.values())
    template = "courses/teaching/cohort.html"
    return render(request, template, context | forms, status=422 if refused else 200)


def _languages(page: CoursePage) -> list[str]:
    """Codes of the languages the course can be read in, this page's own first."""
    live = CoursePage.objects.live().filter(translation_key=page.translation_key)
    codes = list(live.order_by("locale_id").values_list("locale__language_code", flat=True))
    own = page.locale.language_code
    return [own, *(code for code in codes if code != own)]


@login_required
@require_safe
def cohort(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """A cohort: its members, what was written to them, and forms to change it."""
    return _show_cohort(request, *_cohort(request, cohort_id))


@login_required
@require_POST
def change_cohort(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Change the cohort's name or days."""
    cohort, page = _cohort(request, cohort_id)
    form = CohortForm(request.POST, instance=cohort)
    if not form.is_valid():
        fresh = Cohort.objects.get(pk=cohort.pk)
        return _show_cohort(request, fresh, page, cohort_form=form)
    form.save()
    messages.success(request, _("The cohort is saved."))
    return redirect("courses:cohort", cohort.pk)


@login_required
@require_POST
def add_to_cohort(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Put people into the cohort by their addresses."""
    cohort, page = _cohort(request, cohort_id)
    form = MembersForm(request.POST)
    if not form.is_valid():
        return _show_cohort(request, cohort, page, members_form=form)
    added = add_members(cohort=cohort, emails=form.cleaned_data["emails"])
    number = len(added.enrolments)
    if number:
        messages.success(
            request,
            ngettext("%(count)d person is in.", "%(count)d people are in.", number)
            % {"count": number},
        )
    if added.unknown:
        messages.warning(
            request,
            _("No account has these addresses: %(addresses)s. Ask their owners to sign up.")
            % {"addresses": ", ".join(added.unknown)},
        )
    return redirect("courses:cohort", cohort.pk)


@login_required
@require_POST
def drop_cohort(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Delete a cohort that nobody is in."""
    cohort, page = _cohort(request, cohort_id)
    try:
        delete_cohort(cohort=cohort)
    except HasMembers:
        messages.error(request, _("People are in this cohort: take them out first."))
        return redirect("courses:cohort", cohort.pk)
    messages.info(request, _("The cohort is deleted."))
    return redirect("courses:teach", page.pk)


@login_required
@require_POST
def write(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Send everybody in the cohort a letter."""
    cohort, page = _cohort(request, cohort_id)
    form = LetterForm(request.POST, languages=_languages(page))
    if not form.is_valid():
        return _show_cohort(request, cohort, page, letter_form=form)
    try:
        letter = write_to_cohort(cohort=cohort, sender=request.user, texts=form.texts)
    except NobodyToWriteTo:
        messages.error(request, _("Nobody is in this cohort yet."))
        return redirect("courses:cohort", cohort.pk)
    number = tally([letter.batch])[letter.batch].total
    messages.success(
        request,
        ngettext(
            "Your letter is on its way to %(count)d person.",
            "Your letter is on its way to %(count)d people.",
            number,
        )
        % {"count": number},
    )
    return redirect("courses:cohort", cohort.pk)


@login_required
@require_POST
def release(request: HttpRequest, enrolment_id: int) -> HttpResponse:
    """Take a learner out of a cohort; they stay enrolled."""
    enrolments = Enrolment.objects.select_related("cohort", "user").exclude(cohort=None)
    enrolment = get_object_or_404(enrolments, pk=enrolment_id)
    cohort, _page = _cohort(request, enrolment.cohort_id)
    release_member(enrolment=enrolment)
    messages.info(request, _("%(person)s goes on at their own pace.") % {"person": enrolment.user})
    return redirect("courses:cohort", cohort.pk)
