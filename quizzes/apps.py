from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from jobs.registry import register_sweep
        from people.personal_record import register_part
        from people.policies import RulesPermissionPolicy

        from . import personal_record
        from .domain.attempts import close_overdue_attempts
        from .domain.exchange import forget_old_files
        from .models import ExtraTime, Item, Quiz, Topic

        register_sweep("overdue attempts", close_overdue_attempts)
        register_sweep("question files", forget_old_files)
        register_part(
            "attempts",
            personal_record.attempts,
            covers=["quizzes.Attempt", "quizzes.Answer", "quizzes.RescoredAnswer"],
        )
        register_part(
            "review_deck", personal_record.deck, covers=["quizzes.ReviewCard", "quizzes.Review"]
        )
        register_part("extra_time", personal_record.extra_time, covers=["quizzes.ExtraTime"])
        for model in (ExtraTime, Item, Quiz, Topic):
            register_permission_policy(model, RulesPermissionPolicy(model))
