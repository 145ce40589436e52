"""The published conformance statement says what the code does."""

from pathlib import Path

from cases.deidentification.conformance import statement
from cases.deidentification.table import rows

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "deidentification.md"


def test_the_statement_in_the_documentation_is_current():
    assert DOCUMENT.read_text(encoding="utf-8") == statement(), (
        "Write it anew: manage.py deidentify --statement docs/deidentification.md"
    )


def test_the_statement_names_every_row():
    text = statement()
    assert all(f"| {row.name} | {row.tag} | {row.basic} |" in text for row in rows())
