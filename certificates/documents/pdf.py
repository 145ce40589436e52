"""The certificate as PDF/UA-1, set by typst from fonts of our own: the same on every machine."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
import typst

HERE = Path(__file__).parent
TEMPLATE = HERE / "certificate.typ"


@dataclass(frozen=True)
class Wording:
    """Everything the page says, in the certificate's language; empty lines are left out.

    `direction` is "ltr" or "rtl"; `facts` are label and value; `verify_url` becomes the QR code.
    """

    language: str
    direction: str
    heading: str
    name: str
    statement: str
    title: str
    facts: tuple[tuple[str, str], ...]
    issuer: str
    verify_words: str
    verify_url: str
    qr_description: str
    number: str


def typeset(wording: Wording) -> bytes:
    """Set the certificate. Raises `typst.TypstError`."""
    data = json.dumps({**asdict(wording), "qr": _qr_code(wording.verify_url)})
    return typst.compile(
        str(TEMPLATE),
        font_paths=fonts(),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
    )


@cache
def fonts() -> typst.Fonts:
    """The faces that are shipped: Latin, Greek, Cyrillic and Arabic."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])


def _qr_code(url: str) -> str:
    """An SVG; level M is read with 15 % of it damaged, as by a fold."""
    out = BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="svg", border=0, xmldecl=False, dark="#15191c"
    )
    return out.getvalue().decode()
