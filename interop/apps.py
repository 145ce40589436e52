from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InteropConfig(AppConfig):
    name = "interop"
    verbose_name = _("Connections")

    def ready(self) -> None:
        from cases.facts import CaseAnswered
        from courses.facts import Enrolled, Progressed
        from jobs.registry import register_sweep
        from media.facts import Watched
        from people.facts import listen
        from people.personal_record import register_part
        from quizzes.facts import AttemptSettled, AttemptStarted

        from . import personal_record
        from .domain import grades, statements, telling, viewings
        from .domain.launches import forget_launches

        listen(AttemptSettled, grades.on_attempt_settled)
        listen(CaseAnswered, grades.on_case_answered)
        listen(Enrolled, grades.on_progress)
        listen(Progressed, grades.on_progress)
        listen(AttemptStarted, telling.on_attempt_started)
        listen(AttemptSettled, telling.on_attempt_settled)
        listen(CaseAnswered, telling.on_case_answered)
        listen(Enrolled, telling.on_enrolled)
        listen(Progressed, telling.on_progress)
        listen(Watched, viewings.on_watched)
        register_sweep("xAPI statements", statements.sweep_statements)
        register_sweep("sittings at lectures", viewings.close_silent_viewings)
        register_sweep("grades for platforms", grades.sweep_grades)
        register_sweep("launches", forget_launches)
        register_part(
            "learning_platforms",
            personal_record.platforms,
            covers=["interop.Identity", "interop.Placement", "interop.Grade"],
        )
        register_part(
            "traces_elsewhere",
            personal_record.traces,
            covers=["interop.CalendarAddress", "interop.Pseudonym", "interop.Viewing"],
        )
