from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        from jobs.registry import register_sweep
        from people.account_mail import register_carrier
        from people.personal_record import register_part

        from . import personal_record
        from .domain.account_mail import ACCOUNT, carry, open_sealed
        from .domain.forgetting import forget_old_letters
        from .domain.posting import sweep_letters
        from .registry import register_letter

        register_letter(ACCOUNT, open_sealed, label=_("Mail about an account"), keeps_text=False)
        register_carrier(carry)
        register_sweep("letters", sweep_letters)
        register_sweep("old letters", forget_old_letters)
        register_part("letters", personal_record.letters, covers=["outbox.Letter"])
        register_part("letters_refused", personal_record.refused, covers=["outbox.Refusal"])
