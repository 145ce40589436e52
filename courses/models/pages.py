"""The pages of a course: the list of courses, the course, its modules and lessons."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from courses.reading_time import count_words
from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage
from pages.vocabulary import Level

from .circles import PrerequisitesForm, refuse_circle
from .structure import Opening


class CourseIndexPage(BasePage):
    """All courses of one language, filtered by level, modality and body region."""

    parent_page_types = ["hub.HomePage"]
    subpage_types = ["courses.CoursePage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of courses")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from courses.listing import course_list_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | course_list_context(
            page=self, data=request.GET
        )


class CoursePage(BasePage):
    """A refresher course: modules and lessons in order, which are the pages below it."""

    level = models.CharField(_("level"), max_length=12, choices=Level.choices, default=Level.CORE)
    modalities = ParentalManyToManyField(
        "pages.Modality", blank=True, related_name="courses", verbose_name=_("modalities")
    )
    body_regions = ParentalManyToManyField(
        "pages.BodyRegion", blank=True, related_name="courses", verbose_name=_("body regions")
    )
    description = RichTextField(_("description"), help_text=_("What the course is about."))
    objectives = StreamField(
        [("objective", blocks.CharBlock(label=_("Learning objective"), max_length=240))],
        blank=True,
        verbose_name=_("learning objectives"),
        help_text=_("What a learner can do afterwards: begin each with a verb."),
    )
    lessons_in_order = models.BooleanField(
        _("lessons in order"),
        default=False,
        help_text=_("A lesson opens when those before it are done; optional ones hold nobody up."),
    )
    is_self_paced = models.BooleanField(
        _("at one's own pace"),
        default=True,
        help_text=_("Off: the course is joined only with a cohort, which you open for it."),
    )
    issues_certificate = models.BooleanField(
        _("certificate"),
        default=True,
        help_text=_("Who completes every lesson receives a certificate that anybody can check."),
    )
    credits = models.DecimalField(
        _("credits"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("Hours of enduring material, as your accreditation body counts them; or 0."),
    )
    # For the catalogue's facet; measured anew by a sweep (courses.domain.lengths).
    estimated_s = models.PositiveIntegerField(default=0, editable=False)

    base_form_class = PrerequisitesForm
    parent_page_types = ["courses.CourseIndexPage", "pages.DepartmentPage"]
    subpage_types = ["courses.ModulePage", "courses.LessonPage"]
    schema_type = "Course"

    content_panels = [
        *Page.content_panels,
        *BasePage.introduction_panels,
        InlinePanel("authors", heading=_("Authors"), label=_("Author")),
        MultiFieldPanel(
            [FieldPanel("level"), FieldPanel("modalities"), FieldPanel("body_regions")],
            heading=_("Classification"),
        ),
        FieldPanel("description"),
        FieldPanel("objectives"),
        MultiFieldPanel(
            [FieldPanel("lessons_in_order"), FieldPanel("is_self_paced")],
            heading=_("Way through the course"),
        ),
        InlinePanel(
            "prerequisites",
            heading=_("Courses to be done before"),
            label=_("Course"),
            help_text=_("Nobody can enrol who has not completed these."),
        ),
        MultiFieldPanel(
            [FieldPanel("issues_certificate"), FieldPanel("credits")], heading=_("Certificate")
        ),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def clean(self) -> None:
        super().clean()
        refuse_circle(page=self, required=[one.required for one in self.prerequisites.all()])

    @property
    def facts(self) -> list[str]:
        """What the page's head says in a line."""
        regions = ", ".join(region.name for region in self.body_regions.all())
        modalities = ", ".join(modality.abbreviation for modality in self.modalities.all())
        return [self.get_level_display(), modalities, regions, self._certificate_words()]

    def structured_data(self, request: HttpRequest) -> dict:
        from courses.structured_data import course_data  # noqa: PLC0415

        return super().structured_data(request) | course_data(self, request)

    def _certificate_words(self) -> str:
        if not self.issues_certificate:
            return ""
        if not self.credits:
            return gettext("with a certificate")
        number = formats.number_format(self.credits.normalize())
        return gettext("with a certificate, credits: %(number)s") % {"number": number}

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from courses.queries import course_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | course_context(
            request=request, course=self
        )


class ModulePage(BasePage, Opening):
    """A part of a course: lessons that belong together, which are its child pages."""

    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]
    schema_type = "LearningResource"

    content_panels = [
        *Page.content_panels,
        *BasePage.introduction_panels,
        *Opening.opening_panels,
    ]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from courses.queries import module_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | module_context(
            request=request, module=self
        )


class LessonPage(BasePage, Opening):
    """One step of a course: a lecture, text, case, quiz, webinar or file, or several together."""

    lecture = models.ForeignKey(
        "media.Lecture",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lecture"),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))
    case = models.ForeignKey(
        "cases.CasePage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("case"),
        help_text=_("The lesson is done when the learner has solved it."),
    )
    quiz = models.ForeignKey(
        "quizzes.Quiz",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("quiz"),
        help_text=_("The lesson is done when the learner has passed it."),
    )
    document = models.ForeignKey(
        "pages.SiteDocument",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file to download"),
        help_text=_("Slides, a template, a protocol."),
    )
    webinar_at = models.DateTimeField(
        _("begins"),
        null=True,
        blank=True,
        help_text=_("The recording, once there is one, goes into “lecture”."),
    )
    webinar_minutes = models.PositiveSmallIntegerField(_("length, minutes"), default=60)
    webinar_url = models.URLField(
        _("address of the room"), blank=True, help_text=_("Shown to enrolled learners only.")
    )
    is_optional = models.BooleanField(
        _("optional"), default=False, help_text=_("It does not count for completing the course.")
    )
    # Of `body`, for the estimated time: lists never read the text itself.
    words = models.PositiveIntegerField(default=0, editable=False)

    base_form_class = PrerequisitesForm
    parent_page_types = ["courses.CoursePage", "courses.ModulePage"]
    subpage_types: list[str] = []
    schema_type = "LearningResource"

    # Set by the reads of `courses.outline`: the module it is in, if any.
    module: ModulePage | None = None

    content_panels = [
        *Page.content_panels,
        *BasePage.introduction_panels,
        FieldPanel("lecture"),
        FieldPanel("body"),
        FieldPanel("case"),
        FieldPanel("quiz"),
        FieldPanel("document"),
        MultiFieldPanel(
            [FieldPanel("webinar_at"), FieldPanel("webinar_minutes"), FieldPanel("webinar_url")],
            heading=_("Webinar"),
        ),
        FieldPanel("is_optional"),
        *Opening.opening_panels,
        InlinePanel(
            "prerequisites",
            heading=_("Lessons to be done before"),
            label=_("Lesson"),
            help_text=_("Lessons of this course that have to be done before this one opens."),
        ),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def save(self, *args, **kwargs) -> None:
        self.words = count_words(self.body.get_prep_value())
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.webinar_url and not self.webinar_at:
            raise ValidationError({"webinar_at": _("Say when the webinar begins.")})
        refuse_circle(page=self, required=[one.required for one in self.prerequisites.all()])

    def structured_data(self, request: HttpRequest) -> dict:
        from courses.structured_data import lesson_data  # noqa: PLC0415

        return super().structured_data(request) | lesson_data(self)

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from courses.queries import lesson_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | lesson_context(
            request=request, lesson=self
        )
