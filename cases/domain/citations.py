"""How a published case is cited: a sentence, BibTeX, RIS."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

# RIS: Research Information Systems' tagged format, as reference managers read it. WEB is a page.
_RIS_TYPE = "GEN"
_BIBTEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class Author:
    """A person as reference managers want them: in two parts."""

    family_name: str
    given_name: str = ""

    @property
    def cited(self) -> str:
        """Vancouver style: "Orlova EA"."""
        initials = "".join(part[0] for part in self.given_name.replace("-", " ").split())
        return f"{self.family_name} {initials}".strip()

    @property
    def inverted(self) -> str:
        return ", ".join(part for part in (self.family_name, self.given_name) if part)


@dataclass(frozen=True)
class Citation:
    """What a citation is made of. `url` is the address that stays.

    As journals do, the record of a withdrawn case stays and says so; its title is as it was.
    """

    number: int
    version: int
    title: str
    authors: tuple[Author, ...]
    department: str
    collection: str
    url: str
    published_at: datetime
    licence: str
    withdrawn_at: datetime | None = None

    @property
    def note(self) -> str:
        """That the case was withdrawn, and when; empty for all others."""
        return f"Withdrawn on {self.withdrawn_at:%Y-%m-%d}" if self.withdrawn_at else ""

    @property
    def text(self) -> str:
        """One sentence in the order of the ICMJE's samples for electronic material."""
        names = ", ".join(author.cited for author in self.authors) or self.department
        edition = f"case {self.number}, version {self.version}"
        parts = [
            f"{names}." if names else "",
            f"{self.title.rstrip('.')}.",
            f"{self.collection} {self.published_at.year}; {edition}.",
            f"{self.note}." if self.note else "",
            self.url,
        ]
        return " ".join(part for part in parts if part)

    @property
    def key(self) -> str:
        """BibTeX key: ASCII letters of the first author's name, year, number."""
        name = self.authors[0].family_name if self.authors else self.collection
        ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        letters = re.sub(r"[^a-z]", "", ascii_name.lower()) or "case"
        return f"{letters}{self.published_at.year}case{self.number}"

    @property
    def bibtex(self) -> str:
        fields = {
            "author": " and ".join(_escaped(author.inverted) for author in self.authors)
            or _escaped(self.department or self.collection),
            "title": "{" + _escaped(self.title) + "}",
            "howpublished": _escaped(self.collection),
            "year": str(self.published_at.year),
            "month": str(self.published_at.month),
            "number": str(self.number),
            "edition": str(self.version),
            "url": self.url,
            "copyright": _escaped(self.licence),
        } | ({"note": self.note} if self.note else {})
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
        return "@misc{" + self.key + ",\n" + ",\n".join(lines) + "\n}\n"

    @property
    def ris(self) -> str:
        names = [author.inverted for author in self.authors] or [self.department]
        tags = [
            ("TY", _RIS_TYPE),
            *(("AU", name) for name in names if name),
            ("TI", self.title),
            ("T2", self.collection),
            ("PY", str(self.published_at.year)),
            ("DA", self.published_at.strftime("%Y/%m/%d")),
            ("M1", str(self.number)),
            ("ET", str(self.version)),
            *([("N1", self.note)] if self.note else []),
            ("UR", self.url),
            ("ER", ""),
        ]
        return "".join(f"{tag}  - {_one_line(value)}\r\n" for tag, value in tags)


def _escaped(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(character, character) for character in _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
