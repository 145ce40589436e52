"""`manage.py worker`: take up background work until stopped."""

from argparse import ArgumentParser

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from jobs.domain.worker import run_worker, worker_name
from jobs.registry import notices


class Command(BaseCommand):
    help = "Take up background work (transcoding and other long jobs) until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch", action="store_true", help="Stop when the queue is empty instead of waiting."
        )
        parser.add_argument(
            "--interval", type=float, default=1.0, help="Seconds between looks at an empty queue."
        )

    def handle(self, *, batch: bool, interval: float, **options: object) -> None:
        try:
            self.stdout.writelines(f"{notice}\n" for notice in notices())
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Worker {worker_name()} is ready.")
        run_worker(interval_s=interval, batch=batch)
