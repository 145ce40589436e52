"""What a case has and what it lacks: for the meter in the editor, and as a gate to the review.

Only what reviewers, or those who look for the case, cannot do without holds a submission back; the
rest is advice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField

from cases.models import CasePage, Instance, InstanceState, Series
from cases.phrases import without_bare_headings

# Shorter texts are a start.
_ENOUGH_CHARACTERS = 20


@dataclass(frozen=True)
class Facts:
    """A case as far as completeness goes: its fields, and what is imported for it."""

    values: Mapping[str, Any]
    has_stack: bool = False
    held_count: int = 0

    def text(self, name: str) -> str:
        """What was written, without the headings of a template."""
        written = without_bare_headings(str(self.values.get(name) or ""))
        return strip_tags(written).replace("\xa0", " ").strip()

    def count(self, name: str) -> int:
        return len(self.values.get(name) or ())


@dataclass(frozen=True)
class Requirement:
    """One line of the meter. `field` is where it is mended; `hint` says how."""

    code: str
    field: str
    label: str | Promise
    hint: str | Promise
    is_met: Callable[[Facts], bool]
    is_needed: bool = False

    @property
    def anchor(self) -> str:
        """The place in the editor's page where it is mended, whatever language that is in."""
        field = CasePage._meta.get_field(self.field)
        if isinstance(field, StreamField):
            return f"{self.field}-root"
        return f"id_{self.field}-FORMS" if field.one_to_many else f"id_{self.field}-label"


def _is_written(name: str) -> Callable[[Facts], bool]:
    return lambda facts: len(facts.text(name)) >= _ENOUGH_CHARACTERS


def _has_alt_texts(facts: Facts) -> bool:
    return all(block.value.get("alt", "").strip() for block in facts.values.get("pictures") or ())


def _is_signed_off(facts: Facts) -> bool:
    return bool(facts.values.get("pictures_checked")) and not facts.held_count


REQUIREMENTS = (
    Requirement(
        "modality",
        "modalities",
        _("Modality"),
        _("Choose the modality, so that the case is found."),
        lambda facts: facts.count("modalities") > 0,
        is_needed=True,
    ),
    Requirement(
        "body_region",
        "body_regions",
        _("Body region"),
        _("Choose the body region, so that the case is found."),
        lambda facts: facts.count("body_regions") > 0,
        is_needed=True,
    ),
    Requirement(
        "history",
        "history",
        _("History"),
        _("Write what was known when the pictures were made."),
        _is_written("history"),
        is_needed=True,
    ),
    Requirement(
        "images",
        "pictures",
        _("Images"),
        _("Add a picture or import a DICOM study."),
        lambda facts: facts.count("pictures") > 0 or facts.has_stack,
        is_needed=True,
    ),
    Requirement(
        "findings",
        "findings",
        _("Findings"),
        _("Describe what is to be seen."),
        _is_written("findings"),
        is_needed=True,
    ),
    Requirement(
        "diagnosis",
        "final_diagnosis",
        _("Final diagnosis"),
        _("Name the diagnosis."),
        lambda facts: bool(facts.text("final_diagnosis")),
        is_needed=True,
    ),
    Requirement(
        "deidentified",
        "pictures_checked",
        _("De-identification signed off"),
        _("Look at every picture, and at the DICOM images held back, then tick the box."),
        _is_signed_off,
        is_needed=True,
    ),
    Requirement(
        "licence",
        "licence",
        _("Licence"),
        _("Choose on which terms others may use the case."),
        lambda facts: bool(facts.text("licence")),
        is_needed=True,
    ),
    Requirement(
        "differential",
        "differential",
        _("Differential diagnosis"),
        _("Add two diagnoses at least that had to be thought of."),
        lambda facts: facts.count("differential") >= 2,
    ),
    Requirement(
        "teaching_points",
        "teaching_points",
        _("Teaching points"),
        _("Add a sentence that a resident should keep."),
        lambda facts: facts.count("teaching_points") > 0,
    ),
    Requirement(
        "references",
        "references",
        _("References"),
        _("Add the sources that support the discussion."),
        lambda facts: facts.count("references") > 0,
    ),
    Requirement(
        "alt_texts",
        "pictures",
        _("Text alternatives"),
        _("Describe each picture for readers who cannot see it, without the diagnosis."),
        _has_alt_texts,
    ),
    Requirement(
        "authors",
        "authors",
        _("Authors"),
        _("Name the authors in the order of the citation."),
        lambda facts: facts.count("authors") > 0,
    ),
    Requirement(
        "system",
        "system",
        _("Organ system"),
        _("Choose the organ system, so that the case is found."),
        lambda facts: bool(facts.text("system")),
    ),
)


@dataclass(frozen=True)
class Line:
    """A requirement with whether it is met."""

    requirement: Requirement
    is_met: bool


@dataclass(frozen=True)
class Completeness:
    """All lines, what is missing first and of this what is needed first."""

    lines: list[Line]

    @property
    def met(self) -> int:
        return sum(line.is_met for line in self.lines)

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if not line.is_met]

    @property
    def is_ready(self) -> bool:
        """Whether the case may be sent to review."""
        return not any(line.requirement.is_needed for line in self.missing)


def _facts(case: CasePage, values: Mapping[str, Any]) -> Facts:
    return Facts(
        values=values,
        has_stack=Series.objects.filter(study__case_key=case.translation_key).exists(),
        held_count=Instance.objects.filter(
            study__case_key=case.translation_key, state=InstanceState.HELD
        ).count(),
    )


def _values(case: CasePage) -> dict[str, Any]:
    values: dict[str, Any] = {
        requirement.field: getattr(case, requirement.field) for requirement in REQUIREMENTS
    }
    for name in ("authors", "modalities", "body_regions"):
        values[name] = list(getattr(case, name).all())
    return values


def completeness_of(*, case: CasePage) -> Completeness:
    """The meter of a case as it stands."""
    facts = _facts(case, _values(case))
    lines = [Line(requirement, requirement.is_met(facts)) for requirement in REQUIREMENTS]
    return Completeness(
        sorted(lines, key=lambda line: (line.is_met, not line.requirement.is_needed))
    )


def missing_for_review(*, case: CasePage, cleaned: Mapping[str, Any]) -> list[Requirement]:
    """What holds the submission of a form with `cleaned` data back."""
    facts = _facts(case, cleaned)
    return [each for each in REQUIREMENTS if each.is_needed and not each.is_met(facts)]
