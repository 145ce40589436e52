from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from jobs.registry import register_sweep
        from media.uploads.purposes import register_purpose
        from pages.desk_mail import keep_off
        from people.personal_record import register_part

        from . import checks, personal_record  # noqa: F401  checks register themselves
        from .domain.answers import adopt_at_sign_in
        from .domain.defacing import sweep_defacings
        from .domain.imports import sweep_imports
        from .domain.light import sweep_light_stacks
        from .domain.review_letters import register_letters, remind_reviewers
        from .imports.places import sweep_import_files
        from .models import CasePage
        from .uploads import IMAGES, PURPOSE

        register_purpose(IMAGES, PURPOSE)
        register_sweep("DICOM imports", sweep_imports)
        register_sweep("de-facing", sweep_defacings)
        register_sweep("light stacks", sweep_light_stacks)
        register_sweep("files of DICOM imports", sweep_import_files)
        register_sweep("reminders of peer review", remind_reviewers)
        register_letters()
        # Peer review writes its own; two letters about one acceptance would be one too many.
        keep_off(CasePage)
        user_logged_in.connect(adopt_at_sign_in)
        register_part("case_answers", personal_record.answers, covers=["cases.CaseAnswer"])
        register_part("case_steps", personal_record.steps, covers=["cases.StepAnswer"])
        register_part(
            "cases_kept",
            personal_record.kept,
            covers=["cases.CaseCollection", "cases.ReadCase", "cases.SavedCase"],
        )
