"""What cases are filed by, beyond modality and region: system, age, codes of the diagnosis.

Age groups follow the age groups of MeSH (National Library of Medicine), infants and toddlers in
one. Systems are a short list in the spirit of the sections radiologists organise by.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

RADLEX = re.compile(r"RID\d{1,7}")
_SEPARATORS = re.compile(r"[\s,;]+")


class BodySystem(models.TextChoices):
    """The organ system a case is mainly about."""

    NEURO = "neuro", _("Brain and nerves")
    HEAD_NECK = "head-neck", _("Head and neck")
    RESPIRATORY = "respiratory", _("Lungs and airways")
    CARDIOVASCULAR = "cardiovascular", _("Heart and vessels")
    DIGESTIVE = "digestive", _("Digestive tract")
    HEPATOBILIARY = "hepatobiliary", _("Liver, bile ducts and pancreas")
    URINARY = "urinary", _("Kidneys and urinary tract")
    GENITAL = "genital", _("Reproductive organs")
    MUSCULOSKELETAL = "musculoskeletal", _("Bones, joints and muscles")
    BREAST = "breast", _("Breast")
    ENDOCRINE = "endocrine", _("Endocrine glands")
    LYMPHATIC = "lymphatic", _("Blood and lymph")


class AgeGroup(models.TextChoices):
    """Age groups by completed years."""

    INFANT = "infant", _("Under 2 years")
    CHILD = "child", _("2–12 years")
    ADOLESCENT = "adolescent", _("13–18 years")
    ADULT = "adult", _("19–44 years")
    MIDDLE_AGED = "middle-aged", _("45–64 years")
    AGED = "aged", _("65 years and over")


_FIRST_YEARS = (
    (65, AgeGroup.AGED),
    (45, AgeGroup.MIDDLE_AGED),
    (19, AgeGroup.ADULT),
    (13, AgeGroup.ADOLESCENT),
    (2, AgeGroup.CHILD),
    (0, AgeGroup.INFANT),
)


def age_group_of(years: int) -> AgeGroup:
    """The group of a patient of `years` completed years."""
    return next(group for first, group in _FIRST_YEARS if years >= first)


def split_codes(text: str) -> list[str]:
    """Codes from a line, once each, whatever stands between them."""
    return list(dict.fromkeys(code for code in _SEPARATORS.split(text.strip()) if code))


def validate_radlex(text: str) -> None:
    """Raise `ValidationError` unless every code is a RadLex identifier ("RID5350")."""
    for code in split_codes(text):
        if not RADLEX.fullmatch(code):
            raise ValidationError(
                _("“%(code)s” is no RadLex identifier: they read RID and a number."),
                params={"code": code},
            )


class DiagnosisCode(models.Model):
    """A code of a classification this site has imported, with its wording in one language.

    Nothing is shipped: the wording of the ICD belongs to the WHO and its national editions.
    """

    code = models.CharField(_("code"), max_length=20)
    language = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("name"), max_length=300)

    class Meta:
        verbose_name = _("diagnosis code")
        verbose_name_plural = _("diagnosis codes")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "language"], name="cases_diagnosis_code_once_per_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def validate_icd10(text: str) -> None:
    """Raise `ValidationError` for a code that is not in the edition this site has imported.

    Where none was imported, any code is taken as it is.
    """
    codes = split_codes(text)
    if not codes or not DiagnosisCode.objects.exists():
        return
    known = set(DiagnosisCode.objects.filter(code__in=codes).values_list("code", flat=True))
    for code in codes:
        if code not in known:
            raise ValidationError(
                _("“%(code)s” is not in the ICD-10 that this site has imported."),
                params={"code": code},
            )


class Classified(models.Model):
    """Abstract: system and age group for finding a case, codes that name its diagnosis."""

    system = models.CharField(
        _("organ system"), max_length=16, choices=BodySystem.choices, blank=True
    )
    age_group = models.CharField(
        _("age group"),
        max_length=12,
        choices=AgeGroup.choices,
        blank=True,
        help_text=_("Follows from the age; choose one only where you leave the age empty."),
    )
    radlex = models.CharField(
        "RadLex",
        max_length=200,
        blank=True,
        validators=[validate_radlex],
        help_text=_("Of the diagnosis, for example RID5350. Shown after an answer only."),
    )
    icd10 = models.CharField(
        "ICD-10",
        max_length=200,
        blank=True,
        validators=[validate_icd10],
        help_text=_("Of the diagnosis. Shown after an answer only."),
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        years = getattr(self, "age_years", None)
        if years is not None:
            self.age_group = age_group_of(years)
        super().save(*args, **kwargs)

    @property
    def radlex_codes(self) -> list[str]:
        return split_codes(self.radlex)

    @property
    def icd10_codes(self) -> list[str]:
        return split_codes(self.icd10)
