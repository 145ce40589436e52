"""`manage.py transcode_all --policy NAME`: make every lecture anew by another policy."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from media.domain.transcoding import made_otherwise, transcode_all
from media.pipeline.policy import POLICIES


class Command(BaseCommand):
    help = (
        "Transcode all lectures anew that another policy made. They go on playing meanwhile, "
        "and uploads go before them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--policy",
            default=settings.LECTURE_POLICY,
            choices=sorted(POLICIES),
            help="how they are to be made (default: the site's policy)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="list the lectures and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        policy = options["policy"]
        if options["dry_run"]:
            lectures = list(made_otherwise(policy=policy))
        else:
            lectures = list(transcode_all(policy=policy))
        for lecture in lectures:
            self.stdout.write(f"{lecture.pk}: {lecture.title}")
        verb = "would be" if options["dry_run"] else "are being"
        self.stdout.write(f"{len(lectures)} lectures {verb} transcoded anew ({policy}).")
