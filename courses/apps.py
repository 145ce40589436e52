from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from jobs.registry import register_sweep
        from outbox.registry import register_letter
        from people.personal_record import register_part

        from . import personal_record
        from .domain.lengths import measure_lengths
        from .domain.messages import TO_COHORT, compose

        register_sweep("course lengths", measure_lengths)
        register_letter(TO_COHORT, compose, label=_("Letter to a cohort"))
        register_part(
            "enrolments",
            personal_record.enrolments,
            covers=["courses.Enrolment", "courses.LessonRecord"],
        )
        register_part(
            "words_on_courses",
            personal_record.words,
            covers=["courses.LessonNote", "courses.CourseFeedback", "courses.CohortMessage"],
        )
        register_part("letters_received", personal_record.letters_received, covers=[])
