"""`manage.py export_questions --format gift|moodlexml`: give questions of the bank out."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.domain.exchange import drafts_of
from quizzes.exchange import FORMATS, write
from quizzes.models import Item
from quizzes.queries import department_of_slug


class Command(BaseCommand):
    help = "Write questions of the bank as a GIFT or Moodle XML file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("--out", type=Path, metavar="FILE", help="without: standard output")
        parser.add_argument("--department", metavar="SLUG", help="whose bank; without: all")
        parser.add_argument("--language", help="only questions in this language")
        parser.add_argument("--item", type=int, action="append", metavar="ID", help="only these")
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object (with --out)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"] and not options["out"]:
            raise CommandError("--json needs --out: standard output can't hold both.")
        drafts = drafts_of(list(_items(options)))
        text, skipped = write(drafts, options["format"])
        if not options["out"]:
            self.stdout.write(text, ending="")
        else:
            try:
                options["out"].write_text(text, encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{error.filename}: {error.strerror}") from error
        notes = [
            {"title": draft.title, "text": note.text} for draft in drafts for note in draft.notes
        ]
        left_out = [{"title": one.title, "reason": one.reason} for one in skipped]
        if options["json"]:
            report = {"exported": len(drafts) - len(skipped), "notes": notes, "skipped": left_out}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for note in notes:
            self.stderr.write(f"{note['title']}: {note['text']}")
        for one in left_out:
            self.stderr.write(f"{one['title']}: left out. {one['reason']}")


def _items(options: dict[str, Any]) -> Any:
    items = Item.objects.order_by("pk").prefetch_related("topics")
    if options["item"]:
        items = items.filter(pk__in=options["item"])
    if options["language"]:
        items = items.filter(locale__language_code=options["language"])
    if options["department"]:
        department = department_of_slug(options["department"])
        if department is None:
            raise CommandError(f"There is no department “{options['department']}”.")
        items = items.filter(department=department)
    return items
