from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaConfig(AppConfig):
    name = "media"
    verbose_name = _("Lectures")

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from jobs.registry import register_notice, register_sweep
        from people.personal_record import register_part

        from . import personal_record
        from .delivery.copies import sweep_bucket
        from .domain.files import sweep_files
        from .domain.stages import sweep_stages
        from .protection import check_protection, protection_notice
        from .uploads.sweeping import sweep_uploads

        register_sweep("lecture stages", sweep_stages)
        register_sweep("lecture files", sweep_files)
        register_sweep("lecture uploads", sweep_uploads)
        register_sweep("lecture bucket", sweep_bucket)
        register_notice(protection_notice)
        register_part("watched", personal_record.watching, covers=["media.WatchRecord"])
        register_part("bookmarks", personal_record.bookmarks, covers=["media.Bookmark"])
        register(check_protection, Tags.security, deploy=True)
