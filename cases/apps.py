from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from jobs.registry import register_sweep

        from .domain.answers import adopt_at_sign_in
        from .domain.imports import sweep_imports
        from .imports.places import sweep_import_files

        register_sweep("DICOM imports", sweep_imports)
        register_sweep("files of DICOM imports", sweep_import_files)
        user_logged_in.connect(adopt_at_sign_in)
