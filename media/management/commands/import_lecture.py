"""`manage.py import_lecture FILE --title T`: take in a recording as the admin's upload does."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Collection

from media.captions import InvalidCaptions, decode
from media.domain.lectures import create_lecture
from media.domain.stages import process
from media.failures import failure_sentence
from media.models import Lecture, LectureState
from media.pipeline.refusals import Refused
from media.pipeline.sniff import sniff
from media.queries import failure_code

_LOOK_EVERY_S = 1.0


class Command(BaseCommand):
    help = "Take in a recording as a lecture; a worker transcodes it, or this command with --wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the recording")
        parser.add_argument("--title", required=True, help="the lecture's title")
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="the language spoken in it, and of its captions",
        )
        parser.add_argument(
            "--captions", type=Path, metavar="F.vtt", help="captions (WebVTT, SRT, ASS, TTML)"
        )
        parser.add_argument(
            "--slides", type=Path, help="a PDF or PowerPoint document, for a recorded voice"
        )
        parser.add_argument(
            "--wait", action="store_true", help="return when the lecture plays or has failed"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        lecture = self._take_in(options)
        if options["wait"]:
            # Works itself where no worker does, and waits for the worker where one was first.
            while process(lecture_id=lecture.pk) not in (LectureState.READY, LectureState.FAILED):
                time.sleep(_LOOK_EVERY_S)
            lecture.refresh_from_db()
        self._tell(lecture, as_json=options["json"])

    def _take_in(self, options: dict[str, Any]) -> Lecture:
        path, captions = options["file"], options["captions"]
        try:
            language = options["language"]
            texts = {language: decode(captions.read_bytes(), language=language)} if captions else {}
            with path.open("rb") as opened, _opened(options["slides"]) as slides:
                if not options["wait"]:
                    # Nobody looks at how it ends: what is no recording is refused at once.
                    sniff(path)
                return create_lecture(
                    title=options["title"],
                    language=options["language"],
                    file=File(opened, name=path.name),
                    collection=Collection.get_first_root_node(),
                    captions=texts,
                    slides=slides,
                )
        except Refused as refused:
            self._refuse(refused.code.value, as_json=options["json"])
        except InvalidCaptions as error:
            raise CommandError(f"{captions}: {error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        raise AssertionError  # _refuse has raised

    def _refuse(self, code: str, *, as_json: bool, lecture: Lecture | None = None) -> None:
        if as_json:
            self.stdout.write(json.dumps(_report(lecture, code)))
        raise CommandError(f"{code}: {failure_sentence(code)}")

    def _tell(self, lecture: Lecture, *, as_json: bool) -> None:
        if lecture.state == LectureState.FAILED:
            self._refuse(failure_code(lecture), as_json=as_json, lecture=lecture)
        if as_json:
            self.stdout.write(json.dumps(_report(lecture, "")))
        elif lecture.state == LectureState.READY:
            self.stdout.write(f"Lecture {lecture.pk} is ready: {lecture.manifest_url}")
        else:
            self.stdout.write(f"Lecture {lecture.pk} is queued; a worker will transcode it.")


@contextmanager
def _opened(path: Path | None) -> Iterator[File | None]:
    if path is None:
        yield None
        return
    with path.open("rb") as opened:
        yield File(opened, name=path.name)


def _report(lecture: Lecture | None, code: str) -> dict[str, Any]:
    state = lecture.state if lecture else LectureState.FAILED
    return {
        "lecture": lecture.pk if lecture else None,
        "state": LectureState.QUEUED if state == LectureState.PROCESSING else state,
        "duration": lecture.duration_s if lecture else None,
        "manifest": (lecture.manifest_url if lecture else "") or None,
        "renditions": [
            {
                "width": rendition.width,
                "height": rendition.height,
                "codec": rendition.codec,
                "bitrate": rendition.bitrate,
                "bytes": rendition.size_bytes,
            }
            for rendition in (lecture.renditions.all() if lecture else ())
        ],
        "reason": {"code": code, "sentence": failure_sentence(code)} if code else None,
    }
