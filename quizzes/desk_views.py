"""Pages of the editing desk: item analysis, marking, re-scoring, question files."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.models import Locale

from pages.models import SiteImage
from people.access import fetch, may, require
from people.models import Department

from .charts import bars, dots, line
from .domain.exchange import commit_file, drafts_of, read_file
from .domain.marking import NotToBeMarked, mark_answer
from .domain.rescoring import NothingToRescore, rescore_item
from .exchange import FORMATS, NotAQuestionFile, format_of, write
from .exchange.thumbnails import thumbnails
from .item_types import InvalidResponse
from .models import Answer, Item, QuestionFile, Quiz
from .queries import in_bank, present_item
from .reports import ItemReport, confident_and_wrong, report_quiz
from .templatetags.quizzes import plain_picture_url

MIME_TYPES = {"gift": "text/plain; charset=utf-8", "moodlexml": "application/xml; charset=utf-8"}
SUFFIXES = {"gift": "gift", "moodlexml": "xml"}


@require_safe
def analyses(request: HttpRequest) -> HttpResponse:
    """The quizzes one may analyse, with how often they were taken and what waits to be marked."""
    require(request.user, "quizzes.analyse_quiz")
    quizzes = in_bank(Quiz.objects.all(), user=request.user).annotate(
        taken=Count("attempts", filter=Q(attempts__finished_at__isnull=False), distinct=True),
        to_mark=Count(
            "attempts__answers",
            filter=Q(attempts__answers__needs_marking=True, attempts__finished_at__isnull=False),
            distinct=True,
        ),
    )
    return render(request, "quizzes/desk/analyses.html", {"quizzes": quizzes.order_by("title")})


@require_safe
def analysis(request: HttpRequest, quiz_id: int) -> HttpResponse:
    """How a quiz and each of its items proved."""
    quiz = fetch(request.user, "quizzes.analyse_quiz", Quiz.objects.all(), pk=quiz_id)
    report = report_quiz(quiz=quiz)
    whole = report.analysis
    context = {
        "quiz": quiz,
        "report": report,
        "histogram": (
            bars(whole.histogram, [f"{10 * place}" for place in range(10)]) if whole else []
        ),
        "items": [_drawn(one) for one in report.items],
        "wrong_and_sure": confident_and_wrong(quiz=quiz),
    }
    return render(request, "quizzes/desk/analysis.html", context)


def _drawn(report: ItemReport) -> dict[str, Any]:
    analysis = report.analysis
    steps = analysis.calibration.steps if analysis.calibration else ()
    return {
        "report": report,
        "by_ability": line(analysis.facility_by_group),
        "distractors": [
            {"alternative": one, "line": line(one.shares_by_group)} for one in analysis.alternatives
        ],
        "calibration": dots([(level / 100, share, f"{n}") for level, share, n in steps]),
    }


class RescoringForm(forms.Form):
    """Why answers are scored anew: learners read it."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


@require_POST
def rescore(request: HttpRequest, item_id: int) -> HttpResponse:
    """Score given answers anew by the item as it is now."""
    item = fetch(request.user, "quizzes.analyse_item", Item.objects.all(), pk=item_id)
    form = RescoringForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the key was corrected: learners will read it."))
    else:
        try:
            done = rescore_item(item=item, reason=form.cleaned_data["reason"], by=request.user)
        except NothingToRescore:
            messages.warning(request, _("No answer changes by the question as it is now."))
        else:
            count = done.answers.count()
            messages.success(
                request,
                ngettext("%(count)d answer re-scored.", "%(count)d answers re-scored.", count)
                % {"count": count},
            )
    quiz = request.POST.get("quiz", "")
    if quiz.isdecimal():
        return redirect("quizzes_desk:analysis", int(quiz))
    return redirect("quizzes_desk:analyses")


@require_safe
def marking(request: HttpRequest, quiz_id: int) -> HttpResponse:
    """The oldest free text of a quiz that waits to be marked."""
    quiz = fetch(request.user, "quizzes.analyse_quiz", Quiz.objects.all(), pk=quiz_id)
    waiting = Answer.objects.filter(
        attempt__quiz=quiz, attempt__finished_at__isnull=False, needs_marking=True
    ).order_by("answered_at", "pk")
    answer = waiting.select_related("version").first()
    if answer is None:
        messages.success(request, _("Everything is marked."))
        return redirect("quizzes_desk:analyses")
    return _show_marking(request, quiz, answer, left=waiting.count())


def _show_marking(
    request: HttpRequest, quiz: Quiz, answer: Answer, *, left: int, error: str = ""
) -> HttpResponse:
    # Whoever marks does not learn whose text it is.
    item = present_item(version=answer.version, response=answer.marked_response)
    context = {"quiz": quiz, "answer": answer, "item": item, "left": left, "error": error}
    return render(request, "quizzes/desk/marking.html", context, status=422 if error else 200)


@require_POST
def mark(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Take the points for a free text."""
    answer = Answer.objects.select_related("attempt__quiz", "version").filter(pk=answer_id).first()
    if answer is None:
        raise Http404
    quiz = answer.attempt.quiz
    require(request.user, "quizzes.analyse_quiz", quiz)
    try:
        mark_answer(answer=answer, data=request.POST, marker=request.user)
    except InvalidResponse as problem:
        return _show_marking(request, quiz, answer, left=1, error=str(problem))
    except NotToBeMarked:
        raise Http404 from None
    return redirect("quizzes_desk:marking", quiz.pk)


class UploadForm(forms.Form):
    """A question file and whose bank it is for."""

    file = forms.FileField()
    department = forms.ModelChoiceField(Department.objects.all(), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("File")
        self.fields["department"].label = _("Department")
        if not may(user, "quizzes.write_for_any_department"):
            own = Department.objects.filter(pk__in=user.department_ids)
            field = self.fields["department"]
            field.queryset, field.required = own, True  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Bring a question file; what it holds is shown before anything is taken in."""
    require(request.user, "quizzes.import_items")
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read()
        file_format = format_of(data)
        try:
            read_file(data, file_format)
        except NotAQuestionFile as refusal:
            form.add_error("file", str(refusal))
        else:
            file = QuestionFile.objects.create(
                name=form.cleaned_data["file"].name[:200],
                file_format=file_format,
                data=data,
                department=form.cleaned_data["department"],
                uploaded_by=request.user,
                uploaded_at=timezone.now(),
            )
            return redirect("quizzes_desk:preview", file.pk)
    return render(request, "quizzes/desk/upload.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, file_id: int) -> HttpResponse:
    """What a file holds, question by question, and the choice of what to take in."""
    require(request.user, "quizzes.import_items")
    file = QuestionFile.objects.filter(pk=file_id, uploaded_by=request.user).first()
    if file is None:
        messages.warning(request, _("These questions have been taken in already, or forgotten."))
        return redirect("quizzes_desk:upload")
    if request.method == "POST":
        chosen = {int(place) for place in request.POST.getlist("place") if place.isdecimal()}
        locale = fetch_locale(request.POST.get("language", ""))
        items, _skipped = commit_file(file=file, chosen=chosen, locale=locale, user=request.user)
        messages.success(
            request,
            ngettext("%(count)d question taken in.", "%(count)d questions taken in.", len(items))
            % {"count": len(items)},
        )
        return redirect("wagtailsnippets_quizzes_item:list")
    parsed, refused = read_file(bytes(file.data), file.file_format)
    pictures = thumbnails(parsed.drafts)
    context = {
        "file": file,
        "rows": [(draft, pictures.get(place, [])) for place, draft in enumerate(parsed.drafts)],
        "parsed": parsed,
        "refused": refused,
        "locales": Locale.objects.all(),
        "chosen_locale": Locale.get_active(),
    }
    return render(request, "quizzes/desk/preview.html", context)


def fetch_locale(code: str) -> Locale:
    """The language of that code, else the site's own."""
    return Locale.objects.filter(language_code=code).first() or Locale.get_default()


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """One's part of the bank as a file."""
    require(request.user, "quizzes.import_items")
    file_format = request.GET.get("format", "")
    if file_format not in FORMATS:
        raise Http404
    items = in_bank(Item.objects.order_by("pk"), user=request.user).prefetch_related("topics")
    text, _skipped = write(drafts_of(list(items)), file_format)
    response = HttpResponse(text, content_type=MIME_TYPES[file_format])
    name = f"questions.{SUFFIXES[file_format]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def desk_url() -> str:
    """Where the desk's menu leads."""
    return reverse("quizzes_desk:analyses")


def upload_url() -> str:
    """Where question files are brought."""
    return reverse("quizzes_desk:upload")


@require_safe
def picture(request: HttpRequest, image_id: int) -> HttpResponse:
    """Leads to a picture, large enough to draw on, for whoever writes questions."""
    require(request.user, "quizzes.import_items")
    image = get_object_or_404(SiteImage, pk=image_id)
    url = plain_picture_url(image)
    if not url:
        raise Http404
    return redirect(url)
