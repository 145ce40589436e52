"""An author's marks as DICOM objects, for a workstation or an archive: made by highdicom.

For each stack that has marks: a structured report of regions and measurements (PS3.16, TID 1500),
a grayscale presentation state that draws them over the images (PS3.3, A.33.1), and a key object
selection of the key images (PS3.16, TID 2010). They refer to the de-identified instances by the
UIDs these have here, belong to the same study, and have UIDs made of what is in them, so that the
same marks are the same objects however often they are fetched.
"""

import hashlib
import io
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from pydicom import Dataset, dcmread
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from cases.deidentification.quiet import without_echo
from cases.models import Series
from cases.viewing import Stack, Viewing

MANUFACTURER = "Viewbox"
_SERIES_NUMBER = {"report": 9001, "state": 9002, "key_images": 9003}
_UUIDS = uuid.UUID("6cf5b0b0-6c0c-4f0e-8f1f-4b1e7a52a1c4")
# From the centre of the first pixel to its corner, where DICOM counts from (PS3.3, C.10.5.1.2 and
# C.18.6.1.2).
_HALF = 0.5
# Type 2 attributes that an object made of others has to have, if empty.
_NEEDED = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
# PS3.3, C.12.1: what says that the images were de-identified holds for what is made of them.
_DEIDENTIFIED = (
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified",
)


@dataclass(frozen=True)
class _Image:
    """An instance without its pixels, and the frame in it (from one) if it has several."""

    dataset: Dataset
    frame: int | None


def marks_as_zip(marks: Iterable[Mapping[str, Any]], *, viewing: Viewing) -> bytes:
    """All objects of a case as a zip file; `marks` as a reader of one language sees them.

    Its folders are numbered like the stacks of the page.
    """
    by_stack: dict[str, list[Mapping[str, Any]]] = {}
    for mark in marks:
        if mark["kind"] == "author":
            by_stack.setdefault(mark["series"], []).append(mark)
    written = io.BytesIO()
    # Pseudonyms are no person names, which highdicom would say each time.
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive, without_echo():
        for number, stack in enumerate(viewing.stacks, start=1):
            for name, dataset in _objects(stack, by_stack.get(stack.key, [])):
                inside = io.BytesIO()
                dataset.save_as(inside, enforce_file_format=True)
                # A fixed date: the same marks are the same file.
                entry = zipfile.ZipInfo(f"{number:02d}/{name}.dcm")
                archive.writestr(entry, inside.getvalue(), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _objects(stack: Stack, marks: Sequence[Mapping[str, Any]]) -> list[tuple[str, Dataset]]:
    series = Series.objects.filter(pk=stack.data["id"]).first()
    if series is None or not marks:
        return []
    images = {at: _image(series, at) for at in sorted({mark["at"] for mark in marks})}
    drawn = [mark for mark in marks if mark["shape"] != "key"]
    keys = [mark for mark in marks if mark["shape"] == "key"]
    made: list[tuple[str, Dataset]] = []
    if drawn:
        made.append(("report", _report(stack, drawn, images)))
        if not stack.data["isColour"]:
            made.append(("presentation-state", _presentation_state(stack, drawn, images)))
    if keys:
        made.append(("key-images", _key_images(stack, keys, images)))
    first = next(iter(images.values())).dataset
    for _name, dataset in made:
        for keyword in _DEIDENTIFIED:
            if keyword in first:
                dataset[keyword] = first[keyword]
    return made


def _image(series: Series, at: int) -> _Image:
    frame = series.index["frames"][at]
    path = Path(settings.MEDIA_ROOT) / series.directory / frame["file"]
    dataset = dcmread(path, stop_before_pixels=True)
    for keyword in _NEEDED:
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    has_many = int(dataset.get("NumberOfFrames") or 1) > 1
    return _Image(dataset, frame["frame"] + 1 if has_many else None)


def _distinct(marks: Iterable[Mapping[str, Any]], images: Mapping[int, _Image]) -> list[Dataset]:
    """The instances marks lie on, each once."""
    found = {images[mark["at"]].dataset.SOPInstanceUID: images[mark["at"]] for mark in marks}
    return [image.dataset for image in found.values()]


def _uid(what: str, stack: Stack, marks: Sequence[Mapping[str, Any]]) -> str:
    """A UID derived from the content (PS3.5, B.2): the same marks get the same one."""
    digest = hashlib.sha256(repr([stack.key, stack.images, list(marks)]).encode()).hexdigest()
    return f"2.25.{uuid.uuid5(_UUIDS, f'{what}/{digest}').int}"


def _common(what: str, stack: Stack, marks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "series_instance_uid": _uid(f"{what}/series", stack, marks),
        "series_number": _SERIES_NUMBER[what],
        "sop_instance_uid": _uid(what, stack, marks),
        "instance_number": 1,
        "manufacturer": MANUFACTURER,
    }


# --- Structured report


def _report(
    stack: Stack, marks: Sequence[Mapping[str, Any]], images: Mapping[int, _Image]
) -> Dataset:
    from highdicom import sr  # noqa: PLC0415  half a second that only a download needs

    observer = sr.DeviceObserverIdentifyingAttributes(
        uid=_uid("observer", stack, []), name=MANUFACTURER
    )
    context = sr.ObservationContext(
        observer_device_context=sr.ObserverContext(
            observer_type=codes.DCM.Device, observer_identifying_attributes=observer
        )
    )
    report = sr.MeasurementReport(
        observation_context=context,
        procedure_reported=Code("363679005", "SCT", "Imaging procedure"),
        imaging_measurements=[
            _group(number, mark, stack, images, marks) for number, mark in enumerate(marks, start=1)
        ],
        title=codes.DCM.ImagingMeasurementReport,
    )
    return sr.ComprehensiveSR(
        evidence=_distinct(marks, images),
        content=report[0],
        is_complete=True,
        **_common("report", stack, marks),
    )


def _group(
    number: int,
    mark: Mapping[str, Any],
    stack: Stack,
    images: Mapping[int, _Image],
    marks: Sequence[Mapping[str, Any]],
) -> Any:
    from highdicom import sr  # noqa: PLC0415

    image = images[mark["at"]]
    kind, points = _graphic(mark)
    region = sr.ImageRegion(
        graphic_type=sr.GraphicTypeValues(kind),
        graphic_data=np.array(points),
        source_image=sr.SourceImageForRegion(
            referenced_sop_class_uid=image.dataset.SOPClassUID,
            referenced_sop_instance_uid=image.dataset.SOPInstanceUID,
            referenced_frame_numbers=[image.frame] if image.frame else None,
        ),
    )
    measurements = []
    if mark["shape"] == "line" and stack.data["spacing"]:
        measurements = [
            sr.Measurement(
                name=codes.SCT.Length,
                value=round(_length_mm(mark["points"], stack.data["spacing"]), 2),
                unit=codes.UCUM.Millimeter,
            )
        ]
    return sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=_uid(f"mark/{mark['id']}", stack, marks),
            identifier=(mark["label"] or str(number))[:64],
        ),
        referenced_region=region,
        finding_type=Code("404684003", "SCT", "Clinical finding"),
        measurements=measurements or None,
    )


def _length_mm(points: Sequence[Sequence[float]], spacing: Sequence[float]) -> float:
    (x, y), (x2, y2) = points
    return float(np.hypot((x2 - x) * spacing[1], (y2 - y) * spacing[0]))


def _graphic(mark: Mapping[str, Any]) -> tuple[str, list[list[float]]]:
    """A mark as a graphic of DICOM: its type, and points from the corner of the first pixel."""
    points = [[x + _HALF, y + _HALF] for x, y in mark["points"]]
    if mark["shape"] == "ellipse":
        (x, y), (rx, ry) = points[0], mark["radii"]
        wide = [[x - rx, y], [x + rx, y]]
        high = [[x, y - ry], [x, y + ry]]
        # The end points of the long axis come first.
        return "ELLIPSE", [*wide, *high] if rx >= ry else [*high, *wide]
    return ("POINT", points) if len(points) == 1 else ("POLYLINE", points)


# --- Presentation state


def _presentation_state(
    stack: Stack, marks: Sequence[Mapping[str, Any]], images: Mapping[int, _Image]
) -> Dataset:
    from highdicom import pr  # noqa: PLC0415

    layer = pr.GraphicLayer(layer_name="MARKS", order=1, description="Marks of the author")
    windows = {mark["at"]: tuple(mark["window"]) for mark in marks if mark.get("window")}
    return pr.GrayscaleSoftcopyPresentationState(
        referenced_images=_distinct(marks, images),
        manufacturer_model_name=MANUFACTURER,
        software_versions="1",
        device_serial_number="1",
        content_label="MARKS",
        content_description="Marks of the author",
        graphic_layers=[layer],
        graphic_annotations=[_annotation(mark, images[mark["at"]], layer, stack) for mark in marks],
        voi_lut_transformations=[
            pr.SoftcopyVOILUTTransformation(
                window_center=float(centre),
                window_width=max(1.0, float(width)),
                referenced_images=_references(images[at]),
            )
            for at, (centre, width) in windows.items()
        ]
        or None,
        **_common("state", stack, marks),
    )


def _references(image: _Image) -> Any:
    from highdicom import ReferencedImageSequence  # noqa: PLC0415

    return ReferencedImageSequence([image.dataset], referenced_frame_number=image.frame)


def _annotation(mark: Mapping[str, Any], image: _Image, layer: Any, stack: Stack) -> Any:
    from highdicom import pr  # noqa: PLC0415

    kind, points = _graphic(mark)
    columns, rows = stack.data["columns"], stack.data["rows"]
    inside = [[min(columns, max(0.0, x)), min(rows, max(0.0, y))] for x, y in points]
    graphics = [_object(kind, inside)]
    if mark["shape"] == "arrow":
        graphics.append(_object("POLYLINE", _head(inside, columns, rows)))
    texts = (
        [
            pr.TextObject(
                text_value=mark["label"],
                units=pr.AnnotationUnitsValues.PIXEL,
                anchor_point=tuple(inside[-1]),
            )
        ]
        if mark["label"]
        else None
    )
    return pr.GraphicAnnotation(
        referenced_images=[image.dataset],
        referenced_frame_number=image.frame,
        graphic_layer=layer,
        graphic_objects=graphics,
        text_objects=texts,
    )


def _object(kind: str, points: list[list[float]]) -> Any:
    from highdicom import pr  # noqa: PLC0415

    return pr.GraphicObject(
        graphic_type=pr.GraphicTypeValues(kind),
        graphic_data=np.array(points),
        units=pr.AnnotationUnitsValues.PIXEL,
    )


def _head(points: list[list[float]], columns: int, rows: int) -> list[list[float]]:
    """An arrow's head: its first point is the tip."""
    (x, y), (x2, y2) = points
    angle, size = np.arctan2(y2 - y, x2 - x), columns * 0.03
    ends = [
        [
            float(np.clip(x + size * np.cos(angle + turn), 0, columns)),
            float(np.clip(y + size * np.sin(angle + turn), 0, rows)),
        ]
        for turn in (0.45, -0.45)
    ]
    return [ends[0], [x, y], ends[1]]


# --- Key images


def _key_images(
    stack: Stack, marks: Sequence[Mapping[str, Any]], images: Mapping[int, _Image]
) -> Dataset:
    from highdicom import ko  # noqa: PLC0415

    chosen = _distinct(marks, images)
    words = "; ".join(mark["label"] for mark in marks if mark["label"])
    return ko.KeyObjectSelectionDocument(
        evidence=chosen,
        content=ko.KeyObjectSelection(
            document_title=codes.DCM.ForTeaching,
            referenced_objects=chosen,
            description=words or None,
        ),
        **_common("key_images", stack, marks),
    )
