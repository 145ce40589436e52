"""What identifies the patient of a dataset, so that its repetition elsewhere can be found."""

import re
from collections.abc import Iterator

from pydicom.dataset import Dataset

_KEYWORDS = (
    "PatientID",
    "OtherPatientIDs",
    "AccessionNumber",
    "InstitutionName",
    "InstitutionAddress",
    "StationName",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "PatientBirthDate",
    "IssuerOfPatientID",
    "PatientBirthName",
    "MilitaryRank",
)
_WORD = re.compile(r"[^\W_]+")
_MOST = 400
_SHORTEST = 3
_SHORTEST_INSIDE = 5


class Identifiers:
    """Words from names, numbers and addresses of one dataset; only asked, never printed."""

    def __init__(self, dataset: Dataset) -> None:
        self._words: set[str] = set()
        for text in _identifying_texts(dataset):
            self._words.update(word.casefold() for word in _WORD.findall(text) if _is_telling(word))
            if len(self._words) > _MOST:
                break

    def __repr__(self) -> str:
        return f"Identifiers({len(self._words)} words)"

    def repeated_in(self, text: str) -> bool:
        """Whether `text` repeats one: as a word, or inside a longer one if it has five letters."""
        folded = text.casefold()
        if any(word in self._words for word in _WORD.findall(folded)):
            return True
        return any(len(word) >= _SHORTEST_INSIDE and word in folded for word in self._words)


def _is_telling(word: str) -> bool:
    return len(word) >= _SHORTEST or (len(word) > 1 and not word.isascii())


def _identifying_texts(dataset: Dataset) -> Iterator[str]:
    for keyword in _KEYWORDS:
        if keyword in dataset:
            yield from _texts(dataset, keyword)
    for tag in list(dataset.keys()):
        if not tag.is_private and _vr(dataset, tag) == "PN":
            yield from _texts(dataset, tag)


def _vr(dataset: Dataset, tag: int) -> str | None:
    raw = dataset.get_item(tag)
    return raw.VR if raw is not None else None


def _texts(dataset: Dataset, key: str | int) -> Iterator[str]:
    try:
        value = dataset[key].value
    except Exception:  # noqa: BLE001  whatever a damaged value raises, it is not kept either
        return
    values = value if isinstance(value, list | tuple) or hasattr(value, "append") else [value]
    for entry in values:
        yield str(entry)
