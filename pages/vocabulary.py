"""The terms content is tagged with: codes that travel, names in the reader's language.

Modality codes: DICOM PS3.3 C.7.3.1.1.1. Body regions: a short list in the spirit of DICOM
PS3.16 CID 4031 (Common Anatomic Regions), spelled as in the Body Part Examined terms of
PS3.16 Annex L.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ModalityCode(models.TextChoices):
    CT = "CT", _("Computed tomography")
    MR = "MR", _("Magnetic resonance")
    DX = "DX", _("Radiography")
    US = "US", _("Ultrasound")
    MG = "MG", _("Mammography")
    XA = "XA", _("Angiography")
    RF = "RF", _("Fluoroscopy")
    NM = "NM", _("Nuclear medicine")
    PT = "PT", _("PET")


# How radiologists abbreviate the modality in the reader's language; the code itself is DICOM's.
MODALITY_ABBREVIATIONS = {
    ModalityCode.CT: pgettext_lazy("abbreviation of a modality", "CT"),
    ModalityCode.MR: pgettext_lazy("abbreviation of a modality", "MR"),
    ModalityCode.DX: pgettext_lazy("abbreviation of a modality", "X-ray"),
    ModalityCode.US: pgettext_lazy("abbreviation of a modality", "US"),
    ModalityCode.MG: pgettext_lazy("abbreviation of a modality", "MG"),
    ModalityCode.XA: pgettext_lazy("abbreviation of a modality", "Angio"),
    ModalityCode.RF: pgettext_lazy("abbreviation of a modality", "Fluoro"),
    ModalityCode.NM: pgettext_lazy("abbreviation of a modality", "NM"),
    ModalityCode.PT: pgettext_lazy("abbreviation of a modality", "PET"),
}


class BodyRegionCode(models.TextChoices):
    HEAD = "HEAD", _("Head")
    NECK = "NECK", _("Neck")
    CHEST = "CHEST", _("Chest")
    HEART = "HEART", _("Heart and vessels")
    BREAST = "BREAST", _("Breast")
    ABDOMEN = "ABDOMEN", _("Abdomen")
    PELVIS = "PELVIS", _("Pelvis")
    SPINE = "SPINE", _("Spine")
    EXTREMITY = "EXTREMITY", _("Limbs")


class Level(models.TextChoices):
    """For whom a course or case is."""

    FOUNDATION = "foundation", _("Foundation")
    CORE = "core", _("Core")
    ADVANCED = "advanced", _("Advanced")
