"""`manage.py issue_certificates`: what completed enrolments are owed, as after a rule changed."""

from django.core.management.base import BaseCommand

from courses.domain.certification import certify_all


class Command(BaseCommand):
    help = "Issues certificates to everybody who completed a course that certifies (idempotent)."

    def handle(self, **options) -> None:
        self.stdout.write(f"Issued: {certify_all()}")
