from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")

    def ready(self) -> None:
        from jobs.registry import register_sweep
        from people.personal_record import register_part

        from . import personal_record
        from .domain.batches import sweep_batches

        register_sweep("batches of certificates", sweep_batches)
        register_part(
            "certificates",
            personal_record.certificates,
            covers=["certificates.Certificate"],
        )
        register_part(
            "certificates_issued_together",
            personal_record.batches,
            covers=["certificates.BatchMember"],
        )
