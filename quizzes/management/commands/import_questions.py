"""`manage.py import_questions FILE --format gift|moodlexml`: take a question file into the bank."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Locale

from people.models import Department
from quizzes.domain.exchange import Refused, read_file, take_in
from quizzes.exchange import FORMATS, NotAQuestionFile, Parsed
from quizzes.queries import department_of_slug


class Command(BaseCommand):
    help = "Take questions of a GIFT or Moodle XML file into the bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the question file")
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("--department", metavar="SLUG", help="whose bank; without: nobody's")
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="the language of the questions",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        department = _department(options["department"])
        try:
            parsed, refused = read_file(options["file"].read_bytes(), options["format"])
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except NotAQuestionFile as error:
            raise CommandError(f"{options['file']}: {error}") from error
        items = []
        if not options["dry_run"]:
            locale = Locale.objects.get(language_code=options["language"])
            items = take_in(drafts=parsed.drafts, department=department, locale=locale, user=None)
        report = _report(parsed, refused, [item.pk for item in items])
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._tell(report, dry_run=options["dry_run"])

    def _tell(self, report: dict[str, Any], *, dry_run: bool) -> None:
        verb = "would be taken in" if dry_run else "taken in"
        self.stdout.write(f"{len(report['questions'])} questions {verb}.")
        for question in report["questions"]:
            for note in question["notes"]:
                self.stdout.write(f"line {note['line']}: {question['title']}: {note['text']}")
        for one in report["skipped"]:
            self.stdout.write(f"line {one['line']}: {one['title']}: left out. {one['reason']}")


def _department(slug: str | None) -> Department | None:
    if not slug:
        return None
    found = department_of_slug(slug)
    if found is None:
        raise CommandError(f"There is no department “{slug}”.")
    return found


def _report(parsed: Parsed, refused: list[Refused], ids: list[int]) -> dict[str, Any]:
    return {
        "imported": ids,
        "questions": [
            {
                "line": draft.line,
                "title": draft.title,
                "type": draft.item_type,
                "notes": [{"line": note.line, "text": note.text} for note in draft.notes],
            }
            for draft in parsed.drafts
        ],
        "skipped": [
            {"line": one.line, "title": one.title, "reason": one.reason} for one in parsed.skipped
        ]
        + [
            {"line": one.draft.line, "title": one.draft.title, "reason": one.reason}
            for one in refused
        ],
    }
