from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from .domain.queue import bury_dead_tasks, forget_finished_tasks
        from .registry import register_sweep

        register_sweep("dead tasks", bury_dead_tasks)
        register_sweep("finished tasks", forget_finished_tasks)
