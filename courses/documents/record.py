"""A learning record as PDF/UA-1, set by typst in the faces that certificates have."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

from certificates.documents.pdf import fonts

TEMPLATE = Path(__file__).parent / "record.typ"


@dataclass(frozen=True)
class RecordPart:
    """A table of the record; every row is as long as `header`."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RecordPages:
    """Everything the record says, in its reader's language; `direction` is "ltr" or "rtl".

    `none` stands where a table has no rows.
    """

    language: str
    direction: str
    heading: str
    name: str
    issuer: str
    made_on: str
    none: str
    parts: tuple[RecordPart, ...]


def typeset(pages: RecordPages) -> bytes:
    """Set the record. Raises `typst.TypstError`."""
    return typst.compile(
        str(TEMPLATE),
        font_paths=fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(asdict(pages))},
        pdf_standards=["ua-1"],
    )
