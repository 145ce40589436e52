from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")

    def ready(self) -> None:
        from jobs.registry import register_sweep
        from outbox.registry import register_letter
        from people.personal_record import register_part

        from . import personal_record
        from .domain.batches import sweep_batches
        from .domain.letters import ISSUED, compose

        register_sweep("batches of certificates", sweep_batches)
        register_letter(ISSUED, compose, label=_("Certificates issued"))
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
