"""The conformance statement, attribute by attribute, written from what the engine does."""

from collections.abc import Iterator

from pydicom.datadict import DicomDictionary, dictionary_has_tag

from . import safe
from .descriptors import VOCABULARY
from .profile import ALWAYS_APPLIED, CLEAN_FEATURES, CLEAN_PIXELS, SAFE_PRIVATE, rule_for
from .screening import HOLD_SENTENCES
from .sop_classes import HELD, TAKEN, class_name
from .table import EDITION, SOURCE_SHA256, Row, rows

_INTRODUCTION = f"""# De-identification: conformance statement

Written by `manage.py deidentify --statement`; do not edit by hand.

DICOM files are de-identified by the Basic Application Level Confidentiality Profile of PS3.15,
Annex E (Table E.1-1 of edition {EDITION}), before anything derived from them can be fetched. The
code is in `cases/deidentification/` and knows nothing of Django.

All rows of the table were compared, in name, basic action and every option column, with the
standard's own source (PS3.15 {EDITION}, `part15.xml`, SHA-256
`{SOURCE_SHA256}`).

## Rules

- A **new dataset is built**; nothing gets into it unasked. The rules hold at every depth of
  sequences. What can't be read is not copied.
- Where the table offers alternatives (X/Z/D) the **last** is taken: it keeps the object valid
  whichever type the IOD gives the attribute. A sequence under D keeps its items, each treated by
  the same rules.
- **Not in the table**: numbers and coded strings of the standard's dictionary stay if they have the
  form of their type (longer words of coded strings must be defined terms or body parts); sequences
  are entered; UIDs are replaced unless defined by the standard; text stays only if the attribute is
  listed below and its words are technical terms; names, dates, addresses, URIs, bytes and all that
  the dictionary does not know are removed.
- An attribute whose **type is not the dictionary's** is removed.
- A text that **repeats an identifier** of the same dataset (name, number, institution, station,
  birth date) is removed even where its attribute may stay.
- **Codes** stay if their scheme is public, with the standard's meaning instead of the typed one.
- **Private attributes** are removed save those listed below; **overlays and curves** are removed,
  with all attributes of groups 50xx and 60xx, and the bits above the stored ones are cleared.
- **UIDs** become 2.25.<number>: HMAC-SHA-256 of the old UID under the site's key, the same in every
  upload. **Patient ID and name** become a pseudonym made in the same way.
- **Dates** move by a number of days (one to eleven years into the past) that follows from the
  patient's ID and the key, the same in every upload; times of day stay; zones are dropped.
- **Ages** above 89 years become 090Y. Birth dates are emptied.
- **File meta information and preamble** are written anew. What follows the dataset is dropped.
- **Pixel data** are cut to the picture's length. Comments and application segments are cut out of
  JPEG, JPEG-LS and JPEG 2000 codestreams, and what follows their end. RLE and big-endian pictures
  are rewritten uncompressed. Video is refused. Codecs run in a child process behind the sandbox
  of the lecture pipeline, with limits of memory and time.
- **What a browser would show wrongly** is rewritten: palettes (their tables go), colours of 16 bits
  and uncompressed luminance and chrominance as RGB of 8 bits; JPEG 2000 whose sign is not the
  dataset's uncompressed; JPEG that holds unmarked RGB is marked with Adobe's segment.
- (0012,0062) is YES, (0012,0063) names the method, (0028,0303) is MODIFIED, and (0012,0064) has:
"""

_SCREENING = """## What a person looks at first

These instances are de-identified like all others, but kept where no address leads until somebody
has looked at every frame, masked what has to be masked, and signed; who and when is on record.
Masked rectangles are overwritten in the decoded picture, which is then stored uncompressed.

- all instances of the classes marked *held* below, whatever (0028,0301) says;
- (0028,0301) Burned In Annotation is YES;
- image types and colours that speak of result pages rather than images of the body;
- (0028,0301) is absent or unknown, save for grey CT, MR and PET images of 16 bits that have a
  position and an orientation in the patient.

CT, MR and PET series of the head (or of no stated body part) with 20 slices or more carry a warning
that a face can be computed from them, which their author may have overwritten.

## Faces

The author asks for it, compares before and after (the surface from the front and the side, the
slice in the middle), may move the plane, and confirms; who and when is on record. Then the files
are written anew, uncompressed, and the old ones removed.

- **Head**: what is denser than air (CT: -300 HU; MR: a tenth of the way from the 2nd to the 98th
  percentile), on a grid of about 2.5 mm, eroded once, the largest part, dilated once.
- **Plane**: it begins at 38 % of the head's length (forehead to occiput) below the vertex and
  goes back by half of what it goes down, to 30 % of the length behind the forehead. Everything in
  front of it is overwritten, air included, with the darkest value of the slice.
- **Brain**: what is left after peeling 7.5 mm off the tissue of the upper head (CT: -5 to 110 HU)
  and keeping the part in the middle, grown back and by 5 mm more, is never overwritten.
- **Afterwards** (0028,0302) is NO and (0012,0064) has 113102. A series of which the file itself
  says (0028,0302) NO carries no warning.

Limits: the head must stand about upright in the patient's coordinates with its vertex on the
slices, else nothing is offered. Ears, the hairline and the shape of skull and jaw behind the plane
stay. The floor of the orbits, the nose and the front of the sinuses are lost: a case about them
needs its face. The head of a small child and one with a large defect of the skull may lead the
plane astray, which is why a person compares. Whoever has fetched the old files has them.

Sources: Schimke and Hale, Quickshear defacing for neuroimages (HealthSec 2011) for the plane;
Bischoff-Grethe et al., Human Brain Mapping 28 (2007) 892-903 for sparing what may be brain; Smith,
Human Brain Mapping 17 (2002) 143-155 for the threshold of MR. Theyers et al., Frontiers in
Psychiatry 12 (2021) 617997 judge programs on 300 heads by the two questions that the preview puts
to the author: is the face gone, is the brain whole.
"""


def statement() -> str:
    """The whole document as Markdown."""
    return "\n".join([_INTRODUCTION, *_lines(), ""])


def _lines() -> Iterator[str]:
    for code, meaning in (*ALWAYS_APPLIED, SAFE_PRIVATE, CLEAN_PIXELS, CLEAN_FEATURES):
        when = {SAFE_PRIVATE[0]: ", where one was kept", CLEAN_PIXELS[0]: ", after a sign-off"}
        when[CLEAN_FEATURES[0]] = ", where a face was overwritten"
        yield f"  - {code} {meaning}{when.get(code, '')}"
    yield from ("", _SCREENING)
    yield from ("## Classes", "", "All others are refused.", "")
    yield from ("| class | UID | |", "|---|---|---|")
    for uid in sorted(TAKEN | HELD, key=lambda uid: [int(part) for part in uid.split(".")]):
        yield f"| {class_name(uid) or 'unnamed'} | {uid} | {'held' if uid in HELD else 'taken'} |"
    yield from ("", "Reasons for holding back:", "")
    yield from (f"- `{hold}` {sentence}" for hold, sentence in HOLD_SENTENCES.items())
    yield from _lists()
    yield from ("", "## Table E.1-1", "", "| attribute | tag | basic | here | why | options |")
    yield "|---|---|---|---|---|---|"
    yield from (_row(row) for row in rows())


def _lists() -> Iterator[str]:
    yield from ("", "## Private attributes that stay", "", "| group | creator | element | |")
    yield "|---|---|---|---|"
    for entry in safe.PRIVATE:
        yield f"| {entry.group:04X} | {entry.creator} | xx{entry.element:02X} | {entry.meaning} |"
    yield ""
    yield "Only numbers stay. Table E.3.10-1 lists them all but the diffusion directions of"
    yield "GEMS_ACQU_01 and Philips MR Imaging DD 001, numbers of the kind of those that it lists."
    yield from ("", "## Text that may stay although the table does not name it", "")
    yield ", ".join(sorted(safe.TEXT)) + "."
    yield from ("", "## Descriptions that are cleaned rather than removed", "")
    yield ", ".join(sorted(safe.CLEANED_DESCRIPTORS)) + "."
    yield ""
    yield f"They keep only words of a vocabulary of {len(VOCABULARY)} (`descriptors.py`) and"
    yield "numbers that a unit explains."
    yield from ("", "## Public coding schemes", "", ", ".join(sorted(safe.CODING_SCHEMES)) + ".")


def _row(row: Row) -> str:
    action, reason = _what_is_done(row)
    options = ", ".join(
        f"{column.replace('_', ' ')} {code}" for column, code in row.options.items() if code
    )
    return f"| {row.name} | {row.tag} | {row.basic} | {action} | {reason} | {options} |"


def _what_is_done(row: Row) -> tuple[str, str]:
    """Action and reason of the rule that the engine would apply."""
    if row.tag == "odd groups":
        return "remove", "private, save the safe list"
    tag = int(row.tag.replace("x", "0"), 16)
    if tag >> 16 == 0x0002:
        return "new-uid", "file meta information is written anew"
    vr = DicomDictionary[tag][0].split(" or ")[0] if dictionary_has_tag(tag) else "LO"
    rule = rule_for(tag, vr)
    return rule.action.value, rule.reason.value
