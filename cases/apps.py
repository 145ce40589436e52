from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from .domain.answers import adopt_at_sign_in

        user_logged_in.connect(adopt_at_sign_in)
