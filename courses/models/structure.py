"""What hangs on courses, modules and lessons: opening, authors, and what has to be done before."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PageChooserPanel
from wagtail.models import Orderable


class Opening(models.Model):
    """When a part of a course opens: at a moment, so many days after the start, or at once."""

    opens_at = models.DateTimeField(
        _("opens on"), null=True, blank=True, help_text=_("The same moment for everybody.")
    )
    opens_after_days = models.PositiveSmallIntegerField(
        _("opens after days"),
        null=True,
        blank=True,
        help_text=_(
            "Days after the learner enrolled, or after the first day of the cohort. "
            "Empty: open from the start."
        ),
    )

    opening_panels = [
        MultiFieldPanel(
            [FieldPanel("opens_at"), FieldPanel("opens_after_days")], heading=_("Opening")
        ),
    ]

    class Meta:
        abstract = True


class CourseAuthor(Orderable):
    """Somebody who made a course, as readers see it; with an account also its teacher."""

    course = ParentalKey("courses.CoursePage", related_name="authors")
    name = models.CharField(
        _("name"), max_length=160, help_text=_("As readers see it, with a title if you like.")
    )
    of_department = models.ForeignKey(
        "people.Department",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"memberships__isnull": False, "is_active": True},
        verbose_name=_("account"),
        help_text=_("Who is chosen here sees how learners get on, and writes to cohorts."),
    )

    panels = [FieldPanel("name"), FieldPanel("of_department"), FieldPanel("user")]

    class Meta(Orderable.Meta):
        verbose_name = _("author of a course")
        verbose_name_plural = _("authors of courses")

    def __str__(self) -> str:
        return self.name


class CoursePrerequisite(Orderable):
    """A course that has to be completed before another can be joined."""

    course = ParentalKey("courses.CoursePage", related_name="prerequisites")
    required = models.ForeignKey(
        "courses.CoursePage", models.CASCADE, related_name="+", verbose_name=_("course")
    )

    panels = [PageChooserPanel("required")]

    class Meta(Orderable.Meta):
        verbose_name = _("course to be done before")
        verbose_name_plural = _("courses to be done before")

    def __str__(self) -> str:
        return f"{self.course} ← {self.required}"


class LessonPrerequisite(Orderable):
    """A lesson that has to be done before another of the same course opens."""

    lesson = ParentalKey("courses.LessonPage", related_name="prerequisites")
    required = models.ForeignKey(
        "courses.LessonPage", models.CASCADE, related_name="+", verbose_name=_("lesson")
    )

    panels = [PageChooserPanel("required")]

    class Meta(Orderable.Meta):
        verbose_name = _("lesson to be done before")
        verbose_name_plural = _("lessons to be done before")

    def __str__(self) -> str:
        return f"{self.lesson} ← {self.required}"
