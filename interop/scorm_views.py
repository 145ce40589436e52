"""Handing out a course as a SCORM package, in the editing desk."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.models import CoursePage
from people.access import fetch
from people.addresses import full_address

from .models import TargetKind
from .scorm import Launcher, build_package
from .targets import Target


@require_safe
def download_package(request: HttpRequest, course_id: int) -> HttpResponse:
    """The package of a published course, in the language of that page."""
    course = fetch(
        request.user,
        "interop.export_course",
        CoursePage.objects.live().public().select_related("locale"),
        pk=course_id,
    )
    target = Target(kind=TargetKind.COURSE, key=course.translation_key, thing=course)
    language = course.locale.language_code
    with translation.override(language):
        launcher = Launcher(
            title=course.title,
            url=full_address(target.open_path),
            language=language,
            direction="rtl" if translation.get_language_bidi() else "ltr",
            open_course=_("Open the course in a new window"),
            is_open=_("The course is open in another window. You can come back to it from here."),
            blocked=_("Your browser has blocked the window. Open the course by this address:"),
            results=_(
                "Your progress is kept where the course is. It comes back to this platform only "
                "if the course is linked here by LTI."
            ),
        )
    response = HttpResponse(
        build_package(launcher=launcher, key=course.translation_key),
        content_type="application/zip",
    )
    name = slugify(course.slug) or "course"
    response["Content-Disposition"] = f'attachment; filename="{name}-scorm12.zip"'
    return response
