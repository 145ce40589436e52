from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")

    def ready(self) -> None:
        from people.personal_record import register_part

        from . import personal_record

        register_part(
            "certificates", personal_record.certificates, covers=["certificates.Certificate"]
        )
