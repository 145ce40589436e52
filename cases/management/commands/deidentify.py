"""`manage.py deidentify PATH --out DIR`: the importer's engine on bare files, with its report."""

import json
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from cases.deidentification.conformance import statement
from cases.deidentification.refusals import SENTENCES, Refusal, Refused
from cases.deidentification.report import Outcome
from cases.imports.results import result_of
from cases.imports.site import site_key, site_limits
from cases.imports.staging import Staged, stage


class Command(BaseCommand):
    help = (
        "De-identify a DICOM file, a folder or a zip into a new folder. Files are told by their "
        "place in the order of the names, because names tell patients."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, nargs="?", metavar="PATH")
        parser.add_argument(
            "--out", type=Path, metavar="DIR", help="a folder that is made or empty"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--statement",
            type=Path,
            metavar="FILE",
            help="write the conformance statement instead of de-identifying anything",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["statement"]:
            options["statement"].write_text(statement(), encoding="utf-8")
            return
        path, out = options["path"], options["out"]
        if path is None or out is None:
            raise CommandError("Give the files' path and --out with a folder for the results.")
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CommandError("The folder for the results exists and is not empty.")
        try:
            staged = stage(path, into=out, keyed=site_key(), limits=site_limits())
        except Refused as refused:
            shutil.rmtree(out, ignore_errors=True)
            self._refuse(refused, as_json=options["json"])
        self._tell(staged, as_json=options["json"])
        if not staged.instances:
            shutil.rmtree(out, ignore_errors=True)
            raise CommandError(gettext(SENTENCES[Refusal.NOTHING_USABLE]))

    def _refuse(self, refused: Refused, *, as_json: bool) -> None:
        sentence = gettext(refused.sentence)
        if as_json:
            self.stdout.write(json.dumps({"reason": {"code": refused.code, "sentence": sentence}}))
        raise CommandError(sentence)

    def _tell(self, staged: Staged, *, as_json: bool) -> None:
        result = result_of(staged)
        if as_json:
            self.stdout.write(json.dumps(result))
            return
        for line in result["report"]:
            if line["outcome"] != Outcome.KEPT:
                self.stdout.write(
                    f"{line['outcome']:<8} {line['tag']} {line['attribute']} "
                    f"({line['reason']}, {line['count']} times)"
                )
        for entry in [*result["quarantined"], *result["skipped"]]:
            self.stdout.write(f"file {entry['file']}: {entry['reason']}")
        self.stdout.write(
            f"{result['accepted']} accepted, {len(result['quarantined'])} to be looked at, "
            f"{len(result['skipped'])} not taken; {result['removed']} attributes removed"
        )
