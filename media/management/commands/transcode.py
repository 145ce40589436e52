"""``manage.py transcode FILE --out DIR``: the lecture pipeline on a bare file, no database."""

import json
import resource
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from media.pipeline.package import Package
from media.pipeline.refusals import Refused
from media.pipeline.run import OutputExists, transcode


class Command(BaseCommand):
    """Transcode one recording and print what was made."""

    help = "Transcode a recording into an adaptive lecture, without touching the database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare FILE, --out and --json."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the recording")
        parser.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help="an absent or empty directory"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the pipeline; a refusal becomes a sentence and a non-zero exit."""
        source, out, as_json = options["file"], options["out"], options["json"]
        started_s, cpu_before_s = time.monotonic(), _children_cpu_s()
        try:
            made = transcode(source, out, on_progress=None if as_json else self._show)
        except Refused as refused:
            if as_json:
                self.stdout.write(json.dumps(_failure(refused)))
            elif options["verbosity"] > 1 and refused.detail:
                self.stderr.write(refused.detail)
            raise CommandError(f"{refused.code}: {gettext(refused.sentence)}") from refused
        except OutputExists as error:
            raise CommandError(f"{error} is not empty; choose another --out.") from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error
        costs = {
            "cpu_seconds": round(_children_cpu_s() - cpu_before_s, 3),
            "wall_seconds": round(time.monotonic() - started_s, 3),
        }
        if as_json:
            self.stdout.write(json.dumps({**_success(made), **costs}))
        else:
            self._summarise(made, out, costs)

    def _show(self, fraction: float, speed: float) -> None:
        self.stdout.write(f"\r{fraction:4.0%}  {speed:5.2f}×", ending="")
        self.stdout.flush()

    def _summarise(self, made: Package, out: Path, costs: dict[str, float]) -> None:
        self.stdout.write("")
        for rendition in made.renditions:
            size = f"{rendition.width}×{rendition.height}" if rendition.width else "sound"
            self.stdout.write(
                f"{size:>10}  {rendition.codec:<12}  {rendition.bitrate_bps / 1000:8.0f} kbit/s"
                f"  {rendition.size_bytes / 1e6:8.2f} MB"
            )
        self.stdout.write(
            f"{made.duration_s:.2f} s of lecture in {out / made.master}; "
            f"{costs['cpu_seconds']:.1f} s of CPU, {costs['wall_seconds']:.1f} s on the clock"
        )


def _success(made: Package) -> dict[str, Any]:
    return {
        "state": "ready",
        "duration": made.duration_s,
        "manifest": str(made.master),
        "poster": str(made.poster) if made.poster else None,
        "fallback_mp4": str(made.fallback_mp4),
        "bytes": made.size_bytes,
        "renditions": [
            {
                "width": rendition.width,
                "height": rendition.height,
                "codec": rendition.codec,
                "bitrate": rendition.bitrate_bps,
                "bytes": rendition.size_bytes,
                "playlist": str(rendition.playlist),
            }
            for rendition in made.renditions
        ],
        "reason": None,
    }


def _failure(refused: Refused) -> dict[str, Any]:
    return {
        "state": "failed",
        "duration": None,
        "manifest": None,
        "renditions": [],
        "reason": {"code": refused.code.value, "sentence": gettext(refused.sentence)},
    }


def _children_cpu_s() -> float:
    """CPU seconds of the child processes that have ended: ffmpeg and the probe."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
