"""Teaching cases and the list of them."""

from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from cases.blocks import CasePicturesBlock, DifferentialBlock
from cases.editing import CaseForm, CompletenessPanel
from pages.fields import StreamField
from pages.models import BasePage
from pages.next_url import safe_next_url
from pages.vocabulary import Level

from .classification import Classified
from .publication import Reviewed

# What gives a case away.
SOLUTION_FIELDS = (
    "findings",
    "final_diagnosis",
    "discussion",
    "differential",
    "teaching_points",
    "references",
    "radlex",
    "icd10",
    "telling_title",
)
PROSE = ["bold", "italic", "ol", "ul", "superscript", "subscript", "link"]


class Sex(models.TextChoices):
    """Patient's sex as in DICOM (0010,0040)."""

    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    OTHER = "O", _("Other")


class CaseIndexPage(BasePage):
    """All cases of one language, filtered by modality, body region and difficulty."""

    parent_page_types = ["hub.HomePage"]
    subpage_types = ["cases.CasePage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of cases")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from cases.listing import case_list_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | case_list_context(
            page=self, request=request
        )


class CasePage(Reviewed, Classified, BasePage):
    """A teaching case. What gives the answer away is in the fields from `findings` on;
    they leave the server only for a reader who has committed an answer (`cases.queries`).
    """

    modalities = ParentalManyToManyField(
        "pages.Modality", related_name="cases", verbose_name=_("modalities")
    )
    body_regions = ParentalManyToManyField(
        "pages.BodyRegion", related_name="cases", verbose_name=_("body regions")
    )
    level = models.CharField(
        _("difficulty"), max_length=12, choices=Level.choices, default=Level.CORE
    )
    age_years = models.PositiveSmallIntegerField(
        _("age, years"),
        null=True,
        blank=True,
        help_text=_("Rounded. Leave empty above 89: so old an age can identify a person."),
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    history = RichTextField(
        _("history"), features=PROSE, help_text=_("What was known when the pictures were made.")
    )
    pictures = StreamField(
        CasePicturesBlock(required=False),
        blank=True,
        verbose_name=_("pictures"),
        help_text=_(
            "In reading order. No names, dates or numbers of patients, also not burned in."
        ),
    )
    question = models.ForeignKey(
        "quizzes.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("question"),
        help_text=_(
            "Asked before anything is revealed. Without one, learners write their diagnosis."
        ),
    )

    telling_title = models.CharField(
        _("title once solved"),
        max_length=255,
        blank=True,
        help_text=_(
            "Stands over the case once it is open. The title itself is seen by those who have yet "
            "to solve it, as are the address, summary, history and text alternatives."
        ),
    )
    findings = RichTextField(_("findings"), features=PROSE)
    final_diagnosis = models.CharField(_("final diagnosis"), max_length=200)
    discussion = RichTextField(_("discussion"), features=PROSE)
    differential = StreamField(
        [("entry", DifferentialBlock())], blank=True, verbose_name=_("differential diagnosis")
    )
    teaching_points = StreamField(
        [("point", blocks.TextBlock(label=_("Teaching point"), rows=2, icon="tick"))],
        blank=True,
        verbose_name=_("teaching points"),
    )
    references = StreamField(
        [("reference", blocks.TextBlock(label=_("Reference"), rows=2, icon="link"))],
        blank=True,
        verbose_name=_("references"),
        help_text=_("Authors. Title. Journal year;volume:pages. doi:…"),
    )

    parent_page_types = ["cases.CaseIndexPage", "pages.DepartmentPage"]
    subpage_types: list[str] = []
    schema_type = "LearningResource"
    share_type = "article"
    base_form_class = CaseForm

    content_panels = [
        CompletenessPanel(heading=_("Completeness")),
        *Page.content_panels,
        *BasePage.introduction_panels,
        InlinePanel(
            "authors",
            heading=_("Authors"),
            label=_("Author"),
            help_text=_("In the order of the citation. Reviewers do not see them."),
        ),
        MultiFieldPanel(
            [
                # Drafts may lack them; Wagtail would ask for relations at every save.
                FieldPanel("modalities", required_on_save=False),
                FieldPanel("body_regions", required_on_save=False),
                FieldPanel("system"),
                FieldPanel("level"),
                FieldRowPanel(
                    [FieldPanel("age_years"), FieldPanel("age_group"), FieldPanel("sex")]
                ),
            ],
            heading=_("Classification"),
        ),
        MultiFieldPanel(
            [FieldPanel("history"), FieldPanel("pictures"), FieldPanel("question")],
            heading=_("Seen at once"),
        ),
        InlinePanel(
            "steps",
            heading=_("Questions on the way"),
            label=_("Step"),
            help_text=_(
                "Each is answered before the findings, or the differential diagnosis, are shown. "
                "Without steps everything opens with the answer to the question above."
            ),
        ),
        MultiFieldPanel(
            [
                FieldPanel("telling_title"),
                FieldPanel("findings"),
                FieldPanel("final_diagnosis"),
                FieldPanel("discussion"),
                FieldPanel("differential"),
                FieldPanel("teaching_points"),
                FieldPanel("references"),
                FieldRowPanel([FieldPanel("radlex"), FieldPanel("icd10")]),
            ],
            heading=_("Seen after an answer"),
            help_text=_("None of this reaches a learner who has not committed an answer."),
        ),
        MultiFieldPanel(
            [FieldPanel("pictures_checked"), FieldPanel("licence")], heading=_("Publishing")
        ),
    ]

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")

    @classmethod
    def those_listed(cls, pages: list[BasePage]) -> list[BasePage]:
        """Those not withdrawn: what is left of the others is a notice at their address."""
        from cases.record_queries import withdrawn_keys  # noqa: PLC0415  it reads the models

        withdrawn = withdrawn_keys(cases=pages)
        return [page for page in pages if page.translation_key not in withdrawn]

    # For lists: each reads only what is prefetched (`cases.listing.listed_cases`).

    @property
    def modality_abbreviations(self) -> str:
        return ", ".join(modality.abbreviation for modality in self.modalities.all())

    @property
    def region_names(self) -> str:
        return ", ".join(region.name for region in self.body_regions.all())

    @property
    def picture_count(self) -> int:
        return len(self.pictures.raw_data)

    @property
    def patient(self) -> str:
        """Age and sex as a reader takes them in: "34 years, female"."""
        age = (
            ngettext("%(age)d year", "%(age)d years", self.age_years) % {"age": self.age_years}
            if self.age_years is not None
            else ""
        )
        return ", ".join(part for part in (age, self.get_sex_display().lower()) if part)

    @property
    def facts(self) -> list[str]:
        """What the page's head says in a line."""
        return [
            self.modality_abbreviations,
            self.region_names,
            self.get_level_display(),
            self.patient,
        ]

    @property
    def share_picture_alt(self) -> str:
        """Nothing: the picture's own description was not written for one who has to solve it."""
        return ""

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        return [("", _("Before an answer")), ("solution", _("After an answer"))]

    def serve(self, request: HttpRequest, *args, **kwargs):
        request.is_preview = getattr(request, "is_preview", False)  # type: ignore[attr-defined]
        response = TemplateResponse(
            request,
            self.get_template(request, *args, **kwargs),
            self.get_context(request, *args, **kwargs),
        )
        # The next reader at the same address may not have answered.
        patch_cache_control(response, private=True, no_cache=True)
        return response

    def serve_preview(self, request: HttpRequest, mode_name: str):
        request.is_preview = True  # type: ignore[attr-defined]
        return self.serve(request, revealed=mode_name == "solution")

    def get_context(
        self,
        request: HttpRequest,
        *args,
        revealed: bool = False,
        answer_error: str = "",
        error_step: str = "",
        draft: dict | None = None,
        **kwargs,
    ) -> dict:
        from cases.queries import is_saved, may_skip_answer, read_case  # noqa: PLC0415
        from cases.viewing import viewing_of  # noqa: PLC0415

        context = super().get_context(request, *args, **kwargs)
        may_skip = may_skip_answer(user=request.user, case=self)
        revealed = revealed or (may_skip and "solution" in request.GET)
        viewing = viewing_of(case_key=self.translation_key)
        # Questions on a stack need no viewer of their own beside this one.
        request.viewbox_stacks_of = str(self.translation_key)  # type: ignore[attr-defined]
        return context | {
            "reading": read_case(
                request=request,
                case=self,
                viewing=viewing,
                revealed=revealed,
                drafts={error_step: draft} if draft else None,
            ),
            "viewing": viewing,
            "may_skip_answer": may_skip,
            "is_saved": is_saved(user=request.user, case=self),
            "answer_error": answer_error,
            "last_error": "" if error_step else answer_error,
            "error_step": error_step,
            "next_url": safe_next_url(request),
        }
