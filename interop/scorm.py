"""A course as a SCORM 1.2 package: a thin launcher, for platforms that speak nothing newer.

The package holds one page that opens the course here in a window; lectures, cases and answers
stay where they are. ADL SCORM 1.2: Content Aggregation Model (imsmanifest.xml, which is IMS Content
Packaging 1.1.2 with ADL's extensions) and Run-Time Environment (API object,
`cmi.core.lesson_status`).
"""

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_CP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
_ADL = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMAS = f"{_CP} imscp_rootv1p1p2.xsd {_ADL} adlcp_rootv1p2.xsd"
_FILES = Path(__file__).parent / "scorm_package"
PAGE, SCRIPT, STYLE, WORDS = "index.html", "launcher.js", "launcher.css", "course.js"
# Two packages of the same course are the same bytes.
_WHEN = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Launcher:
    """What the page says, in the course's language, and where it leads."""

    title: str
    url: str
    language: str
    direction: str
    open_course: str
    is_open: str
    blocked: str
    results: str


def build_package(*, launcher: Launcher, key: uuid.UUID) -> bytes:
    """The zip; its identifiers follow from the course, so that a platform knows it again."""
    files = {
        "imsmanifest.xml": manifest(title=launcher.title, key=key),
        WORDS: f"var course = {_for_script(launcher.__dict__)};\n".encode(),
        **{name: (_FILES / name).read_bytes() for name in (PAGE, SCRIPT, STYLE)},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, date_time=_WHEN), content)
    return packed.getvalue()


def _for_script(value: object) -> str:
    """JSON that is a script, too, wherever it is put."""
    text = json.dumps(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def manifest(*, title: str, key: uuid.UUID) -> bytes:
    """imsmanifest.xml: one organisation, one item, one SCO."""
    ET.register_namespace("", _CP)
    ET.register_namespace("adlcp", _ADL)
    ET.register_namespace("xsi", _XSI)
    root = ET.Element(
        f"{{{_CP}}}manifest",
        {
            "identifier": f"course-{key}",
            "version": "1.0",
            f"{{{_XSI}}}schemaLocation": _SCHEMAS,
        },
    )
    metadata = ET.SubElement(root, f"{{{_CP}}}metadata")
    ET.SubElement(metadata, f"{{{_CP}}}schema").text = "ADL SCORM"
    ET.SubElement(metadata, f"{{{_CP}}}schemaversion").text = "1.2"
    organizations = ET.SubElement(root, f"{{{_CP}}}organizations", {"default": "organization"})
    organization = ET.SubElement(
        organizations, f"{{{_CP}}}organization", {"identifier": "organization"}
    )
    ET.SubElement(organization, f"{{{_CP}}}title").text = _clean(title)
    item = ET.SubElement(
        organization,
        f"{{{_CP}}}item",
        {"identifier": "item", "identifierref": "launcher", "isvisible": "true"},
    )
    ET.SubElement(item, f"{{{_CP}}}title").text = _clean(title)
    resources = ET.SubElement(root, f"{{{_CP}}}resources")
    resource = ET.SubElement(
        resources,
        f"{{{_CP}}}resource",
        {
            "identifier": "launcher",
            "type": "webcontent",
            f"{{{_ADL}}}scormtype": "sco",
            "href": PAGE,
        },
    )
    for name in (PAGE, SCRIPT, STYLE, WORDS):
        ET.SubElement(resource, f"{{{_CP}}}file", {"href": name})
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold; at most 200 characters (CAM 2.2)."""
    return "".join(sign for sign in text if sign.isprintable())[:200]
