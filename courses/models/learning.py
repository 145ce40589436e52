"""Where each learner stands, and what they keep or say about a course."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .cohorts import Cohort

NOTE_CHARACTERS = 10_000
FEEDBACK_CHARACTERS = 2_000


class Enrolment(models.Model):
    """A person's place in a course, in whichever language they follow it.

    Courses and lessons are known by their translation key, so that a learner who changes the
    language keeps what they have done, and the record outlives the page.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrolments")
    course_key = models.UUIDField(db_index=True)
    cohort = models.ForeignKey(
        Cohort, models.SET_NULL, null=True, blank=True, related_name="enrolments"
    )
    enrolled_at = models.DateTimeField(_("enrolled"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    # The lesson opened last, on whatever device.
    last_lesson_key = models.UUIDField(null=True, blank=True)

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


class LessonNote(models.Model):
    """What a person wrote for themselves beside a lesson; nobody else reads it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lesson_notes")
    lesson_key = models.UUIDField()
    text = models.TextField(_("note"), max_length=NOTE_CHARACTERS)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("note on a lesson")
        verbose_name_plural = _("notes on lessons")
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "lesson_key"], name="courses_note_once_per_lesson"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.lesson_key}"


class CourseFeedback(models.Model):
    """What a learner who completed a course says of it; one each, changed as they like."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="course_feedback"
    )
    course_key = models.UUIDField(db_index=True)
    rating = models.PositiveSmallIntegerField(
        _("rating"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    helped = models.TextField(_("what helped"), max_length=FEEDBACK_CHARACTERS, blank=True)
    missing = models.TextField(_("what was missing"), max_length=FEEDBACK_CHARACTERS, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("feedback on a course")
        verbose_name_plural = _("feedback on courses")
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course_key"], name="courses_feedback_once_per_person"
            ),
            models.CheckConstraint(
                condition=models.Q(rating__gte=1, rating__lte=5),
                name="courses_rating_from_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course_key} · {self.rating}"
