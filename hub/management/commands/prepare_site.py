"""`manage.py prepare_site`: the bare site every hub starts from (idempotent)."""

from django.core.management.base import BaseCommand

from hub.domain.site import prepare_site


class Command(BaseCommand):
    help = "Make languages, roles, terms, the home page and its sections where they are missing."

    def handle(self, **options: object) -> None:
        home = prepare_site()
        self.stdout.write(f"The site is prepared; its home page is “{home.title}”.")
