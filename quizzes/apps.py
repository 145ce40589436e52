from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from jobs.registry import register_sweep
        from outbox.registry import register_letter
        from people.personal_record import register_part
        from people.policies import RulesPermissionPolicy

        from . import personal_record
        from .domain import reminders, rescoring_letters
        from .domain.attempts import close_overdue_attempts
        from .domain.exchange import forget_old_files
        from .domain.refits import sweep_refits
        from .models import ExtraTime, Item, Quiz, Topic

        register_sweep("overdue attempts", close_overdue_attempts)
        register_sweep("question files", forget_old_files)
        register_sweep("fits of review decks", sweep_refits)
        register_sweep("reminders of reviews", reminders.write_reminders)
        register_letter(
            reminders.REVIEWS_DUE,
            reminders.compose,
            label=_("Reminders of due reviews"),
            is_optional=True,
            offered_to="quizzes.keep_deck",
        )
        register_letter(
            rescoring_letters.RESCORED, rescoring_letters.compose, label=_("Corrected results")
        )
        register_part(
            "attempts",
            personal_record.attempts,
            covers=["quizzes.Attempt", "quizzes.Answer", "quizzes.RescoredAnswer"],
        )
        register_part(
            "review_deck", personal_record.deck, covers=["quizzes.ReviewCard", "quizzes.Review"]
        )
        register_part(
            "review_settings",
            personal_record.deck_settings,
            covers=["quizzes.DeckFit", "quizzes.ReviewReminder"],
        )
        register_part("extra_time", personal_record.extra_time, covers=["quizzes.ExtraTime"])
        for model in (ExtraTime, Item, Quiz, Topic):
            register_permission_policy(model, RulesPermissionPolicy(model))
