"""`manage.py import_codes`: the site's own edition of ICD-10, from a table."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.domain.codes import TableRefused, import_codes


class Command(BaseCommand):
    help = (
        "Import diagnosis codes from a CSV file with the columns code and name (a heading line, "
        "comma, semicolon or tab between). Codes that are there already get the new wording."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="The language of the names.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
            result = import_codes(text=text, language=options["language"])
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError("The file is not in UTF-8. Please save it so.") from error
        except TableRefused as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps({"added": result.added, "changed": result.changed}))
        else:
            self.stdout.write(f"{result.added} codes added, {result.changed} reworded.")
