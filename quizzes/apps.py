from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from people.policies import RulesPermissionPolicy

        from .models import Item, Quiz

        for model in (Item, Quiz):
            register_permission_policy(model, RulesPermissionPolicy(model))
