"""What may stay although Table E.1-1 does not name it; everything else of its kind is removed.

Numbers and coded strings of the standard's dictionary stay (their form is checked). Text, bytes,
names, dates and addresses stay only if they are listed here.
"""

import re
from dataclasses import dataclass

from . import defined_terms
from .descriptors import VOCABULARY

# Text of a technical kind, kept when its form is technical too (`is_technical`).
TEXT = frozenset(
    {
        "Manufacturer",
        "ManufacturerModelName",
        "SoftwareVersions",
        "ConvolutionKernel",
        "FilterType",
        "SequenceName",
        "PulseSequenceName",
        "ImagedNucleus",
        "CollimatorGridName",
        "ReceiveCoilName",
        "TransmitCoilName",
        "AcquisitionMode",
        "RescaleType",
        "ModalityLUTType",
        "WindowCenterWidthExplanation",
        "PixelSpacingCalibrationDescription",
        "StackID",
        "AttenuationCorrectionMethod",
        "ReconstructionMethod",
        "ScatterCorrectionMethod",
        "ContrastBolusRoute",
        "RadiopharmaceuticalRoute",
        "Radiopharmaceutical",
        "ViewName",
        "PlateType",
        "PhosphorType",
        "PaddleDescription",
        "DimensionDescriptionLabel",
        "CodingSchemeVersion",
        "EnergyWindowName",
    }
)
# Of these only words of the vocabulary stay (`descriptors`).
WORDS = frozenset(
    {
        "WindowCenterWidthExplanation",
        "ContrastBolusRoute",
        "RadiopharmaceuticalRoute",
        "Radiopharmaceutical",
        "PaddleDescription",
        "DimensionDescriptionLabel",
        "PixelSpacingCalibrationDescription",
        "ViewName",
        "AcquisitionMode",
        "ReceiveCoilName",
        "TransmitCoilName",
        "EnergyWindowName",
        "ReconstructionMethod",
    }
)
_MANUFACTURERS = """
 accuray adac ag agfa biolab brainlab bruker canon carestream carl co corporation dcmtk dicom
 electric electron elekta elscint esaote fuji fujifilm gdcm ge general gmbh healthcare
 healthineers hitachi hologic imaging inc kodak konica lorad ltd marconi medical medizintechnik
 mindray minolta neusoft nifti nifti2dicom olympus philips picker planmeca pydicom samsung
 shimadzu siemens sirona systems toshiba uih united varian vatech zeiss
"""
MANUFACTURERS = frozenset(_MANUFACTURERS.split())
_MODELS = """
 achieva activion advance aera alexion all allura alpha altea ambition aperto aquilion architect
 aristos artis artist asteion avanto axiom azurion biograph brightspeed brilliance definition
 digitaldiagnost dimensions discovery drive echelon edge elan elition emotion espree essential
 essenza excite explorer flash force fusion galan gemini genesis go harmony hdxt hispeed horizon
 ict incisive ingenia ingenuity innova inspiration integris intera iqon juno lightning
 lightspeed lumina luminos magnetom mammomat mct mobilett multix naeotom now oasis one optima
 orian panorama perspective pet pioneer premier prime prisma pristina prodiva revelation
 revolution rhapsode scenaria scope selenia senographe sensation signa skyra sola somatom
 spectral start supria symphony titan top trio truepoint uct umi umr up vantage vereos verio
 vida vision voyager ysio zee
"""
_TERMS = """
 admire aluminum array auto body bone bowtie chest cine coil copper cross ctac dcal decy detail
 echo edge factor fast fbp fil filter flat flex gradient head inversion iterative large level
 linear loca lung manual matrix measured medium mixed moly molybdenum multi multiple none normal
 optical osem psf randoms recovery rhodium safire scout sharp silver single slow small smooth
 soft spin spine standard strength surview tof true ultra unspecified very wedge
"""
_TECHNICAL_WORDS = MANUFACTURERS | frozenset(_MODELS.split()) | frozenset(_TERMS.split())
# Bytes that belong to pictures. Profiles of colours (0028,2000) hold text and are not among them.
BYTES = frozenset(
    {
        "PixelData",
        "FloatPixelData",
        "DoubleFloatPixelData",
        "RedPaletteColorLookupTableData",
        "GreenPaletteColorLookupTableData",
        "BluePaletteColorLookupTableData",
        "SegmentedRedPaletteColorLookupTableData",
        "SegmentedGreenPaletteColorLookupTableData",
        "SegmentedBluePaletteColorLookupTableData",
        "LUTData",
    }
)
# Only these descriptions are cleaned; others named in the table's column are removed instead:
# they tell a diagnosis or a life rather than how the picture was made.
CLEANED_DESCRIPTORS = frozenset(
    {
        "StudyDescription",
        "SeriesDescription",
        "ProtocolName",
        "RequestedProcedureDescription",
        "ScheduledProcedureStepDescription",
        "PerformedProcedureStepDescription",
        "RequestedSeriesDescription",
        "AcquisitionFieldOfViewLabel",
        "AcquisitionDeviceProcessingDescription",
        "ContrastBolusAgent",
        "RequestedContrastAgent",
    }
)
PATIENT_CODES = {
    "PatientSex": frozenset({"M", "F", "O", ""}),
    "SmokingStatus": frozenset({"YES", "NO", "UNKNOWN"}),
    "PatientSexNeutered": frozenset({"ALTERED", "UNALTERED"}),
}
# Coding schemes whose codes are public (PS3.16, 8); codes of a site's own could be anything.
CODING_SCHEMES = frozenset(
    {"DCM", "SCT", "SRT", "SNM3", "99SDM", "LN", "RADLEX", "UCUM", "FMA", "NCIT", "UMLS", "MDC"}
)
_CODE = re.compile(r"^[A-Za-z0-9.:{}\[\]/*'^%_-]{1,16}$")
_TECHNICAL = re.compile(r"^[A-Za-z0-9 .,_*+()/%:#-]{1,64}$")
_CODED = re.compile(r"^[A-Z0-9 _]{0,16}$")
# Letters in a row that could be a name; shorter ones are abbreviations.
_NAME_LIKE = re.compile(r"[^\W\d_]{4,}")
_LONG_NUMBER = re.compile(r"\d{6,}|\d{1,4}([./-])\d{1,2}\1\d{2,4}")
_INTEGER = re.compile(r"^\s*[+-]?\d{1,12}\s*$")
_DECIMAL = re.compile(r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$")
_MOST_DS_CHARACTERS = 32


@dataclass(frozen=True)
class PrivateElement:
    """One private attribute that may stay: creator, element within the block, VRs of its value."""

    group: int
    creator: str
    element: int
    vrs: frozenset[str]
    meaning: str


_NUMBERS = frozenset({"DS", "FD", "FL", "IS", "US", "UL", "SS", "SL"})


def _private(group: int, creator: str, element: int, meaning: str) -> PrivateElement:
    return PrivateElement(group, creator, element, _NUMBERS, meaning)


# Numbers without which diffusion and PET series can't be read: of PS3.15 Table E.3.10-1, save for
# the diffusion directions of two makers, which are numbers of the same kind as those it lists.
PRIVATE = (
    _private(0x0019, "SIEMENS MR HEADER", 0x0C, "b value"),
    _private(0x0019, "SIEMENS MR HEADER", 0x0E, "diffusion gradient direction"),
    _private(0x0019, "SIEMENS MR HEADER", 0x27, "diffusion b matrix"),
    _private(0x0043, "GEMS_PARM_01", 0x39, "b value"),
    _private(0x0019, "GEMS_ACQU_01", 0xBB, "diffusion direction x"),
    _private(0x0019, "GEMS_ACQU_01", 0xBC, "diffusion direction y"),
    _private(0x0019, "GEMS_ACQU_01", 0xBD, "diffusion direction z"),
    _private(0x2001, "Philips Imaging DD 001", 0x03, "diffusion b factor"),
    _private(0x2005, "Philips MR Imaging DD 001", 0xB0, "diffusion direction RL"),
    _private(0x2005, "Philips MR Imaging DD 001", 0xB1, "diffusion direction AP"),
    _private(0x2005, "Philips MR Imaging DD 001", 0xB2, "diffusion direction FH"),
    _private(0x7053, "Philips PET Private Group", 0x00, "SUV scale factor"),
    _private(0x7053, "Philips PET Private Group", 0x09, "activity concentration scale factor"),
    _private(0x00E1, "ELSCINT1", 0x21, "dose-length product"),
)
_PRIVATE = {(entry.group, entry.creator, entry.element): entry for entry in PRIVATE}


def safe_private(*, group: int, creator: str, element: int) -> PrivateElement | None:
    """The entry for a private attribute that may stay, by its creator and place in the block."""
    return _PRIVATE.get((group, creator.strip(), element))


def is_technical(text: str) -> bool:
    """Whether a short text has the form of a technical term: no long number, no date.

    Words of four letters and more must be known: makers, models, kernels, imaging.
    """
    if not _TECHNICAL.match(text) or _LONG_NUMBER.search(text):
        return False
    words = {word.casefold() for word in _NAME_LIKE.findall(text)}
    return words <= _TECHNICAL_WORDS | VOCABULARY


def is_one_of(keyword: str, text: str) -> bool:
    """Whether a patient's coded characteristic has one of the values the standard gives it."""
    return text in PATIENT_CODES[keyword]


def is_manufacturer(text: str) -> bool:
    """Whether all words of a text are names of manufacturers."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return bool(words) and all(word in MANUFACTURERS for word in words)


def is_coded_string(text: str) -> bool:
    """Whether a CS value has the form of one (PS3.5, 6.2), and its longer words are known."""
    if not _CODED.match(text) or _LONG_NUMBER.search(text):
        return False
    words = {word.casefold() for word in _NAME_LIKE.findall(text)}
    return words <= defined_terms.WORDS | _TECHNICAL_WORDS | VOCABULARY


def is_number(text: str, *, vr: str) -> bool:
    """Whether an IS or DS value is a number and not something else in its place."""
    if vr == "IS":
        return bool(_INTEGER.match(text))
    return len(text) <= _MOST_DS_CHARACTERS and bool(_DECIMAL.match(text))


def is_code(text: str) -> bool:
    """Whether a code value has the form of one."""
    return bool(_CODE.match(text))
