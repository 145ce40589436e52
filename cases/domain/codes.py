"""Importing a classification of diagnoses that the site has a licence for."""

import csv
import io
from dataclasses import dataclass

from django.db import transaction

from cases.models import DiagnosisCode

_MOST_ROWS = 200_000
_CODE_CHARACTERS, _NAME_CHARACTERS = 20, 300
_BATCH = 1000


class TableRefused(ValueError):
    """The table cannot be used; the message says which line, and why."""


@dataclass(frozen=True)
class Imported:
    """How many codes came new, and how many got other words."""

    added: int
    changed: int


def read_table(text: str) -> dict[str, str]:
    """Code → name. The first line names the columns, `code` and `name` among them.

    Raises `TableRefused`.
    """
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    # Python's limit for a field is far above what a name may have.
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or []]
    if not {"code", "name"} <= set(rows.fieldnames):
        raise TableRefused("The first line must name the columns: code, name.")
    codes: dict[str, str] = {}
    try:
        for row in rows:
            code, name = (row["code"] or "").strip(), (row["name"] or "").strip()
            if not code and not name:
                continue
            if not code or not name:
                raise TableRefused(f"Line {rows.line_num}: code or name is missing.")
            if len(code) > _CODE_CHARACTERS or len(code.split()) > 1:
                raise TableRefused(f"Line {rows.line_num}: “{code[:40]}” is no code.")
            codes[code] = name[:_NAME_CHARACTERS]
            if len(codes) > _MOST_ROWS:
                raise TableRefused(f"These are more than {_MOST_ROWS} codes.")
    except csv.Error as error:
        raise TableRefused(f"Line {rows.line_num}: {error}.") from error
    if not codes:
        raise TableRefused("There is no code in the file.")
    return codes


@transaction.atomic
def import_codes(*, text: str, language: str) -> Imported:
    """Add and reword codes in one language; none is taken away, cases may use it.

    Raises `TableRefused`.
    """
    codes = read_table(text)
    there = {each.code: each for each in DiagnosisCode.objects.filter(language=language)}
    new = [
        DiagnosisCode(code=code, name=name, language=language)
        for code, name in codes.items()
        if code not in there
    ]
    changed = []
    for code, name in codes.items():
        if code in there and there[code].name != name:
            there[code].name = name
            changed.append(there[code])
    DiagnosisCode.objects.bulk_create(new, batch_size=_BATCH)
    DiagnosisCode.objects.bulk_update(changed, ["name"], batch_size=_BATCH)
    return Imported(added=len(new), changed=len(changed))
