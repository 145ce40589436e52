"""The author's marks on the stack: drawing them, tying them to phrases, asking about them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.rich_text import expand_db_html

from people.access import fetch, require

from .domain.questions import (
    FEWEST_TO_ORDER,
    KINDS,
    MOST_TO_ORDER,
    CannotBeAsked,
    ask_about,
    ask_for_order,
)
from .key_images import NoSuchPicture, picture_of
from .marks import InvalidMarks, keep_marks, marks_of, tied_marks
from .marks_dicom import marks_as_zip
from .models import CasePage
from .phrases import missing_phrases
from .queries import has_findings_open, may_skip_answer
from .viewing import viewing_of

RIGHT = "cases.import_dicom"
SHAPE_NAMES = {
    "point": gettext_lazy("Point"),
    "ellipse": gettext_lazy("Ellipse"),
    "arrow": gettext_lazy("Arrow"),
    "line": gettext_lazy("Measured line"),
    "key": gettext_lazy("Key image"),
}


def _draft(request: HttpRequest, case_id: int) -> CasePage:
    """The case as its editor has it: with what is not published yet."""
    live = fetch(request.user, RIGHT, CasePage.objects.all(), pk=case_id)
    return live.get_latest_revision_as_object()


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def marks(request: HttpRequest, case_id: int) -> HttpResponse:
    """Draw marks on the case's stacks and tie them to the findings."""
    case = _draft(request, case_id)
    viewing = viewing_of(case_key=case.translation_key)
    if viewing is None:
        messages.warning(request, _("Import a DICOM study first: there is nothing to mark yet."))
        return redirect("cases_dicom:studies", case_id)
    error = ""
    if request.method == "POST":
        try:
            keep_marks(
                case_key=case.translation_key, viewing=viewing, text=request.POST.get("marks", "")
            )
        except InvalidMarks as problem:
            error = str(problem)
        else:
            messages.success(request, _("The marks are saved."))
            return redirect("cases:marks", case_id)
    stored = marks_of(case_key=case.translation_key, viewing=viewing)
    language = case.locale.language_code
    findings = expand_db_html(case.findings)
    context = {
        "case": case,
        "viewing": viewing,
        "stored": stored,
        "language": language,
        "findings": findings,
        "missing": missing_phrases(findings, tied_marks(stored, language=language).phrases),
        "askable": [
            {"id": one["id"], "shape": SHAPE_NAMES[one["shape"]], "number": one["at"] + 1}
            for one in stored
            if KINDS.get(one["shape"])
        ],
        "can_order": FEWEST_TO_ORDER <= len(case.differential) <= MOST_TO_ORDER,
        "error": error,
    }
    request.viewbox_stacks_of = str(case.translation_key)  # type: ignore[attr-defined]
    return render(request, "cases/marks.html", context, status=422 if error else 200)


@require_safe
@never_cache
def download(request: HttpRequest, case_id: int) -> HttpResponse:
    """The author's marks as DICOM objects, for those to whom the findings are open."""
    case = fetch(request.user, "cases.solve_case", CasePage.objects.all(), pk=case_id)
    is_readable = CasePage.objects.live().public().filter(pk=case.pk).exists()
    may_see = may_skip_answer(user=request.user, case=case) or (
        is_readable and has_findings_open(request=request, case=case)
    )
    if not may_see:
        raise Http404
    viewing = viewing_of(case_key=case.translation_key)
    stored = marks_of(case_key=case.translation_key, viewing=viewing)
    if viewing is None or not stored:
        raise Http404
    tied = tied_marks(stored, language=case.locale.language_code)
    response = HttpResponse(
        marks_as_zip(tied.marks, viewing=viewing), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="case-{case.pk}-marks.zip"'
    return response


@require_safe
@cache_control(public=True, max_age=365 * 24 * 60 * 60, immutable=True)
def key_image(_request: HttpRequest, name: str) -> HttpResponse:
    """A key image by its signed name, which only pages with open findings give away."""
    try:
        content = picture_of(name=name)
    except NoSuchPicture:
        raise Http404 from None
    return HttpResponse(content, content_type="image/webp")


@require_POST
@login_required
def ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """Make a question of a stored mark and open it in the desk."""
    case = _draft(request, case_id)
    require(request.user, "quizzes.add_item")
    viewing = viewing_of(case_key=case.translation_key)
    wanted = request.POST.get("mark", "")
    found = marks_of(case_key=case.translation_key, viewing=viewing)
    mark = next((one for one in found if one["id"] == wanted), None)
    if mark is None or viewing is None:
        raise Http404
    stack = next(one for one in viewing.stacks if one.key == mark["series"])
    stem = " ".join(request.POST.get("stem", "").split())[:300]
    try:
        item = ask_about(
            case=case,
            stack=stack,
            mark=mark,
            kind=request.POST.get("kind", ""),
            stem=stem or _("Mark the finding."),
        )
    except CannotBeAsked:
        messages.error(request, _("A mark of this shape can't be asked about in this way."))
        return redirect("cases:marks", case_id)
    messages.success(
        request, _("The question is in the bank. Choose it in the case as its question or a step.")
    )
    return redirect(reverse("wagtailsnippets_quizzes_item:edit", args=[item.pk]))


@require_POST
@login_required
def ask_order(request: HttpRequest, case_id: int) -> HttpResponse:
    """Make a question of the differential diagnosis and open it in the desk."""
    case = _draft(request, case_id)
    require(request.user, "quizzes.add_item")
    stem = " ".join(request.POST.get("stem", "").split())[:300]
    try:
        item = ask_for_order(
            case=case, stem=stem or _("Put the diagnoses in order, the likeliest first.")
        )
    except CannotBeAsked:
        messages.error(request, _("Three to ten diagnoses can be put in order."))
        return redirect("cases:marks", case_id)
    messages.success(
        request, _("The question is in the bank. Choose it in the case as its question or a step.")
    )
    return redirect(reverse("wagtailsnippets_quizzes_item:edit", args=[item.pk]))
