from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from wagtail.signals import page_published

        from jobs.registry import register_sweep

        from .desk_mail import take_over
        from .models import DepartmentPage
        from .pictures import sweep_pictures
        from .publication import open_published_section

        page_published.connect(open_published_section, sender=DepartmentPage)
        register_sweep("pictures", sweep_pictures)
        take_over()
