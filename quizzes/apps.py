from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from jobs.registry import register_sweep
        from people.policies import RulesPermissionPolicy

        from .domain.attempts import close_overdue_attempts
        from .domain.exchange import forget_old_files
        from .models import ExtraTime, Item, Quiz, Topic

        register_sweep("overdue attempts", close_overdue_attempts)
        register_sweep("question files", forget_old_files)
        for model in (ExtraTime, Item, Quiz, Topic):
            register_permission_policy(model, RulesPermissionPolicy(model))
