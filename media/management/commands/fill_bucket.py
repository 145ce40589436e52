"""Copy everything published into the bucket that sends it (VIEWBOX_DELIVERY=s3)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media.delivery.copies import sweep_bucket


class Command(BaseCommand):
    help = "Copy every published lecture into the bucket again, and remove what is too much there."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DELIVERY != "s3":
            raise CommandError("No bucket sends lectures here: VIEWBOX_DELIVERY is not s3.")
        sweep_bucket(again=True)
        self.stdout.write("The bucket holds what is published.")
