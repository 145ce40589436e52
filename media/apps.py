from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaConfig(AppConfig):
    name = "media"
    verbose_name = _("Lectures")

    def ready(self) -> None:
        from jobs.registry import register_sweep

        from .domain.files import sweep_files
        from .domain.stages import sweep_stages

        register_sweep("lecture stages", sweep_stages)
        register_sweep("lecture files", sweep_files)
