"""Courses, their lessons, and how far each learner has come."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage
from pages.vocabulary import Level


class CourseIndexPage(BasePage):
    """All courses of one language, filtered by level, modality and body region."""

    parent_page_types = ["hub.HomePage"]
    subpage_types = ["courses.CoursePage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("list of courses")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from .listing import course_list_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | course_list_context(
            page=self, data=request.GET
        )


class CoursePage(BasePage):
    """A refresher course: lessons in order, which are its child pages."""

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

    parent_page_types = ["courses.CourseIndexPage", "pages.DepartmentPage"]
    subpage_types = ["courses.LessonPage"]
    schema_type = "Course"

    content_panels = [
        *Page.content_panels,
        *BasePage.introduction_panels,
        MultiFieldPanel(
            [FieldPanel("level"), FieldPanel("modalities"), FieldPanel("body_regions")],
            heading=_("Classification"),
        ),
        FieldPanel("description"),
        FieldPanel("objectives"),
        MultiFieldPanel(
            [FieldPanel("issues_certificate"), FieldPanel("credits")], heading=_("Certificate")
        ),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    @property
    def facts(self) -> list[str]:
        """What the page's head says in a line."""
        regions = ", ".join(region.name for region in self.body_regions.all())
        modalities = ", ".join(modality.abbreviation for modality in self.modalities.all())
        return [self.get_level_display(), modalities, regions, self._certificate_words()]

    def _certificate_words(self) -> str:
        if not self.issues_certificate:
            return ""
        if not self.credits:
            return gettext("with a certificate")
        number = formats.number_format(self.credits.normalize())
        return gettext("with a certificate, credits: %(number)s") % {"number": number}

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from .queries import course_progress  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | {
            "progress": course_progress(user=request.user, course=self)
        }


class LessonPage(BasePage):
    """One step of a course: a lecture, a text, a case, a quiz, or several of them together."""

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

    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []
    schema_type = "LearningResource"

    content_panels = [
        *Page.content_panels,
        *BasePage.introduction_panels,
        FieldPanel("lecture"),
        FieldPanel("body"),
        FieldPanel("case"),
        FieldPanel("quiz"),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        from .queries import lesson_context  # noqa: PLC0415

        return super().get_context(request, *args, **kwargs) | lesson_context(
            request=request, lesson=self
        )


class Enrolment(models.Model):
    """A person's place in a course, in whichever language they follow it.

    Courses and lessons are known by their translation key, so that a learner who changes the
    language keeps what they have done, and the record outlives the page.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrolments")
    course_key = models.UUIDField(db_index=True)
    enrolled_at = models.DateTimeField(_("enrolled"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-enrolled_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course_key"], name="courses_enrolment_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course_key}"


class LessonRecord(models.Model):
    """That a learner has done a lesson, and when."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="lesson_records")
    lesson_key = models.UUIDField()
    done_at = models.DateTimeField(_("done"))

    class Meta:
        verbose_name = _("lesson done")
        verbose_name_plural = _("lessons done")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson_key"], name="courses_lesson_done_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.lesson_key}"
