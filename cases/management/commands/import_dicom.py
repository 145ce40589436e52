"""`manage.py import_dicom PATH [--case SLUG]`: take in a study as the case editor does."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.domain.imports import import_path
from cases.models import CasePage, ImportJob
from jobs.models import WorkState


class Command(BaseCommand):
    help = (
        "De-identify a DICOM file, a folder or a zip and store the study. Files are told by their "
        "place in the order of the names, because names tell patients. The originals stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH")
        parser.add_argument("--case", metavar="SLUG", help="the case that the study belongs to")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        case_key = self._case_key(options["case"])
        job = import_path(path=options["path"], case_key=case_key)
        result = job.result or {"study": None, "series": [], "accepted": 0}
        if job.state != WorkState.DONE:
            result["reason"] = {"code": job.failure_code, "sentence": job.failure_sentence}
        if options["json"]:
            self.stdout.write(json.dumps(result))
        elif job.state == WorkState.DONE:
            self._tell(job)
        if job.state != WorkState.DONE:
            raise CommandError(job.failure_sentence)

    def _case_key(self, slug: str | None) -> Any:
        if slug is None:
            return None
        keys = set(CasePage.objects.filter(slug=slug).values_list("translation_key", flat=True))
        if len(keys) != 1:
            raise CommandError(f"There is {'no' if not keys else 'more than one'} case “{slug}”.")
        return keys.pop()

    def _tell(self, job: ImportJob) -> None:
        result = job.result or {}
        for series in result["series"]:
            self.stdout.write(
                f"{series['modality']}: {series['frames']} frames, spacing {series['spacing']} mm"
            )
        for entry in [*result["quarantined"], *result["skipped"]]:
            self.stdout.write(f"file {entry['file']}: {entry['reason']}")
        self.stdout.write(
            f"{result['accepted']} accepted, {len(result['quarantined'])} to be looked at, "
            f"{result['removed']} attributes removed"
        )
