"""What is kept of letters, and for how long."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from jobs.models import OPEN_STATES
from outbox.models import Letter

from .account_mail import ACCOUNT


def forget_old_letters() -> int:
    """Empty the texts of letters done with long ago; return how many.

    The row stays, so that the letter is not written again. Mail about accounts and to addresses
    without one is forgotten whole.
    """
    long_ago = timezone.now() - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    old = Letter.objects.exclude(state__in=OPEN_STATES).filter(finished_at__lt=long_ago)
    _number, by_model = old.filter(Q(kind=ACCOUNT) | Q(recipient=None)).delete()
    emptied = old.exclude(subject="", body="").update(subject="", body="")
    return by_model.get("outbox.Letter", 0) + emptied
