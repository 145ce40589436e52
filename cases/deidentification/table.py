"""Table E.1-1 of DICOM PS3.15, Annex E: which attribute, which action, under which option.

`table_e1_1.csv` has one row per row of the standard's table, in every column as edition 2026c
prints it.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

EDITION = "2026c"
# Of part15.xml, DocBook, as the standard's publisher gives it out.
SOURCE_SHA256 = "77d60b856faf4223ab40a398c53130fc0ee9490d0d811ee3536e6d25c02ac717"
PRIVATE_ROW = "odd groups"
OPTION_COLUMNS = (
    "retain_safe_private",
    "retain_uids",
    "retain_device",
    "retain_institution",
    "retain_patient",
    "retain_full_dates",
    "modify_dates",
    "clean_descriptors",
    "clean_structured",
    "clean_graphics",
)


@dataclass(frozen=True)
class Row:
    """One row: `tag` in hexadecimal (x for any digit), the action codes as printed (X/Z/D …)."""

    tag: str
    name: str
    basic: str
    options: dict[str, str]

    def option(self, column: str) -> str:
        """The code in an option's column: K (keep), C (clean), or empty."""
        return self.options[column]


@cache
def rows() -> tuple[Row, ...]:
    """All rows in the order of their tags."""
    path = Path(__file__).with_name("table_e1_1.csv")
    with path.open(encoding="utf-8", newline="") as opened:
        return tuple(
            Row(
                tag=line["tag"],
                name=line["name"],
                basic=line["basic"],
                options={column: line[column] for column in OPTION_COLUMNS},
            )
            for line in csv.DictReader(opened)
        )


@cache
def _by_tag() -> dict[int, Row]:
    return {int(row.tag, 16): row for row in rows() if row.tag.isalnum() and "x" not in row.tag}


@cache
def _patterns() -> tuple[Row, ...]:
    return tuple(row for row in rows() if "x" in row.tag)


def row_for(tag: int) -> Row | None:
    """The row that governs `tag` (0xGGGGEEEE), repeating groups and private ones included."""
    if (tag >> 16) % 2:
        return next(row for row in rows() if row.tag == PRIVATE_ROW)
    found = _by_tag().get(tag)
    if found:
        return found
    digits = f"{tag:08X}"
    return next((row for row in _patterns() if _fits(row.tag, digits)), None)


def _fits(pattern: str, digits: str) -> bool:
    return all(wanted in ("x", digit) for wanted, digit in zip(pattern, digits, strict=True))
