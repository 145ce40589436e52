"""Code sequence items: only public schemes, and the standard's own words for the code."""

from functools import cache
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping as snomed_mapping

from . import safe
from .descriptors import cleaned

_MOST_CHARACTERS = 64


@cache
def _meanings() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    # Scheme → keyword → code → (meaning, contexts); declared as plain objects.
    public: Any = concepts
    for scheme, names in public.items():
        for codes in names.values():
            for code, (meaning, *_contexts) in codes.items():
                found.setdefault((scheme, code), meaning)
    for old, new in snomed_mapping["SRT"].items():
        if ("SCT", new) in found:
            found.setdefault(("SRT", old), found["SCT", new])
    return found


def is_code_item(item: Dataset) -> bool:
    """Whether a sequence item is a coded entry (PS3.3, 8.8)."""
    return "CodingSchemeDesignator" in item and ("CodeValue" in item or "LongCodeValue" in item)


def public_code(item: Dataset) -> Dataset | None:
    """The item with scheme, value and a meaning that nobody typed; None for a site's own code."""
    scheme = str(item.CodingSchemeDesignator).strip().upper()
    value = str(item.get("CodeValue", "")).strip()
    if scheme not in safe.CODING_SCHEMES or not safe.is_code(value):
        return None
    known = _meanings().get((scheme, value))
    if known is None and not _has_form_of(scheme, value):
        return None
    kept = Dataset()
    kept.CodeValue = value
    kept.CodingSchemeDesignator = scheme
    typed = cleaned(str(item.get("CodeMeaning", "")))
    kept.CodeMeaning = (known or typed or value)[:_MOST_CHARACTERS]
    return kept


def _has_form_of(scheme: str, value: str) -> bool:
    """Codes that pydicom's lists don't know pass only in the form of their scheme."""
    if scheme in ("SRT", "SNM3", "99SDM"):
        return len(value) <= 8 and value[1:2] == "-" and value.replace("-", "").isalnum()
    if scheme == "DCM":
        return value.isdecimal() and len(value) == 6
    return scheme == "RADLEX" and value.startswith("RID") and value[3:].isdecimal()
