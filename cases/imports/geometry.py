"""Where slices lie in the patient, how a series splits into stacks, what is missing or double.

Lengths are millimetres in the patient's coordinate system (PS3.3, C.7.6.2).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Any

from pydicom.dataset import Dataset

from .cine import frames_per_s
from .numbers import numbers_in

Vector = tuple[float, float, float]
# Cosine between normals of slices that count as parallel: half a degree apart.
_PARALLEL = math.cos(math.radians(0.5))
# A step between slices this much longer than the usual one means that some are missing.
_GAP = 1.5
_SAME_PLACE_MM = 0.01
# Soft tissue, in Hounsfield units: how a CT is shown that does not say it.
_CT_WINDOW = (40.0, 400.0)
_UNEVEN = 0.1


class StackKind(StrEnum):
    """What a stack is to a reader."""

    VOLUME = "volume"
    IMAGES = "images"
    LOCALIZER = "localizer"


@dataclass(frozen=True)
class FrameFacts:
    """One frame: its instance and number (from 0), its place, how it is to be shown."""

    sop_uid: str
    index: int
    position: Vector | None
    orientation: tuple[Vector, Vector] | None
    spacing: tuple[float, float] | None
    thickness: float | None
    window: tuple[float, float] | None
    rescale: tuple[float, float]

    @property
    def normal(self) -> Vector | None:
        """The direction in which slices follow one another."""
        return cross(*self.orientation) if self.orientation else None


@dataclass(frozen=True)
class InstanceFacts:
    """What sorting, showing and listing an instance needs; all of it de-identified."""

    sop_uid: str
    sop_class: str
    study_uid: str
    series_uid: str
    modality: str
    series_number: int
    number: int
    acquisition: int
    rows: int
    columns: int
    description: str
    body_part: str
    protocol: str
    is_localizer: bool
    # The file says that no face can be made out (0028,0302).
    is_faceless: bool
    photometric: str
    # The re-mapped UID of the coordinate system; empty where the file has none.
    frame_of_reference: str
    frames: tuple[FrameFacts, ...]
    # Of a multi-frame image: how fast it is to be shown.
    rate: float | None = None
    study: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stack:
    """Frames that are scrolled through together, in order, with what is odd about them."""

    series_uid: str
    kind: StackKind
    frames: tuple[FrameFacts, ...]
    spacing_mm: float | None
    phases: int
    missing: int
    doubles: int
    is_uneven: bool


def facts_of(dataset: Dataset) -> InstanceFacts:
    """The facts of a de-identified dataset."""
    uid = str(dataset.SOPInstanceUID)
    kinds = _texts(dataset.get("ImageType"))
    return InstanceFacts(
        sop_uid=uid,
        sop_class=str(dataset.SOPClassUID),
        study_uid=str(dataset.StudyInstanceUID),
        series_uid=str(dataset.SeriesInstanceUID),
        modality=str(dataset.get("Modality", "") or "OT"),
        series_number=_integer(dataset.get("SeriesNumber")),
        number=_integer(dataset.get("InstanceNumber")),
        acquisition=_integer(dataset.get("AcquisitionNumber")),
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        description=str(dataset.get("SeriesDescription", "") or ""),
        body_part=str(dataset.get("BodyPartExamined", "") or ""),
        protocol=str(dataset.get("ProtocolName", "") or ""),
        is_localizer="LOCALIZER" in kinds,
        is_faceless=str(dataset.get("RecognizableVisualFeatures", "")) == "NO",
        photometric=str(dataset.get("PhotometricInterpretation", "")),
        frame_of_reference=str(dataset.get("FrameOfReferenceUID", "") or ""),
        frames=tuple(_frames(dataset, uid)),
        rate=frames_per_s(dataset),
        study={
            keyword: str(dataset.get(keyword, "") or "")
            for keyword in ("StudyDate", "StudyDescription", "PatientAge", "PatientSex")
        },
    )


def stacks(instances: Iterable[InstanceFacts]) -> list[Stack]:
    """The stacks of instances of any series, by series number, localizers last."""
    by_series: dict[str, list[InstanceFacts]] = defaultdict(list)
    for instance in instances:
        by_series[instance.series_uid].append(instance)
    found: list[tuple[tuple[Any, ...], Stack]] = []
    for uid, members in by_series.items():
        order = (min(member.series_number for member in members), uid)
        for number, group in enumerate(_split(members)):
            stack = _stack(uid, group)
            found.append(((stack.kind == StackKind.LOCALIZER, *order, number), stack))
    return [stack for _order, stack in sorted(found, key=lambda pair: pair[0])]


def usual_window(modality: str) -> tuple[float, float] | None:
    """Centre and width for a file that records none; None where the values have to tell."""
    return _CT_WINDOW if modality == "CT" else None


def cross(one: Vector, other: Vector) -> Vector:
    """The vector product."""
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def dot(one: Vector, other: Vector) -> float:
    """The scalar product."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def _split(members: list[InstanceFacts]) -> list[list[InstanceFacts]]:
    """Instances that belong on one stack: same size, localizer or not, parallel slices."""
    groups: list[list[InstanceFacts]] = []
    for member in sorted(members, key=lambda m: (m.number, m.sop_uid)):
        for group in groups:
            if _together(group[0], member):
                group.append(member)
                break
        else:
            groups.append([member])
    return groups


def _together(one: InstanceFacts, other: InstanceFacts) -> bool:
    if one.is_localizer or other.is_localizer:
        return one.is_localizer and other.is_localizer
    same = (one.rows, one.columns, one.photometric) == (
        other.rows,
        other.columns,
        other.photometric,
    )
    if not same or len(one.frames) > 1 or len(other.frames) > 1:
        return False
    normal, other_normal = one.frames[0].normal, other.frames[0].normal
    if normal is None or other_normal is None:
        return normal is other_normal
    return dot(normal, other_normal) >= _PARALLEL


def _stack(uid: str, group: list[InstanceFacts]) -> Stack:
    frames = [frame for member in group for frame in member.frames]
    is_localizer = group[0].is_localizer
    depths = _depths(frames)
    if is_localizer or depths is None or len(frames) < 2:
        kind = StackKind.LOCALIZER if is_localizer else StackKind.IMAGES
        return Stack(uid, kind, tuple(frames), _told_spacing(frames), 1, 0, 0, is_uneven=False)
    placed = sorted(zip(depths, range(len(frames)), strict=True))
    places = _places(placed)
    phases = _phases(places)
    ordered = [
        frames[place[phase]]
        for phase in range(phases)
        for place in places
    ] if phases > 1 else [frames[number] for place in places for number in place]  # fmt: skip
    steps = _steps(places, depths)
    usual = median(steps) if steps else None
    # Frames of one instance at one place follow one another in time.
    doubles = 0 if phases > 1 or len(group) == 1 else len(frames) - len(places)
    return Stack(
        series_uid=uid,
        kind=StackKind.VOLUME if len(places) > 1 else StackKind.IMAGES,
        frames=tuple(ordered),
        spacing_mm=round(usual, 4) if usual else _told_spacing(frames),
        phases=phases,
        missing=sum(max(0, round(step / usual) - 1) for step in steps if step > usual * _GAP)
        if usual
        else 0,
        doubles=doubles,
        is_uneven=usual is not None and any(abs(step - usual) > _UNEVEN * usual for step in steps),
    )


def _depths(frames: Sequence[FrameFacts]) -> list[float] | None:
    """Each frame's distance along the common normal; None when a frame has no place."""
    normal = next((frame.normal for frame in frames if frame.normal), None)
    depths = []
    for frame in frames:
        if normal is None or frame.position is None or frame.normal is None:
            return None
        if dot(normal, frame.normal) < _PARALLEL:
            return None
        depths.append(dot(frame.position, normal))
    return depths


def _places(placed: list[tuple[float, int]]) -> list[list[int]]:
    """Numbers of the frames at each place, places in the order of depth."""
    places: list[list[int]] = []
    last = -math.inf
    for depth, number in placed:
        if depth - last > _SAME_PLACE_MM:
            places.append([])
        places[-1].append(number)
        last = depth
    return [sorted(place) for place in places]


def _phases(places: list[list[int]]) -> int:
    """How often every place was imaged (echoes, times, b values); 1 if not all equally often."""
    counts = {len(place) for place in places}
    return counts.pop() if len(counts) == 1 and len(places) > 1 else 1


def _steps(places: list[list[int]], depths: list[float]) -> list[float]:
    at = [depths[place[0]] for place in places]
    return [later - earlier for earlier, later in pairwise(at)]


def _told_spacing(frames: Sequence[FrameFacts]) -> float | None:
    return next((frame.thickness for frame in frames if frame.thickness), None)


def _frames(dataset: Dataset, uid: str) -> Iterable[FrameFacts]:
    number = _integer(dataset.get("NumberOfFrames")) or 1
    shared = _first(dataset.get("SharedFunctionalGroupsSequence"))
    each = dataset.get("PerFrameFunctionalGroupsSequence") or []
    for index in range(number):
        own = each[index] if index < len(each) else None
        places = [part for part in (own, shared) if part is not None]
        yield FrameFacts(
            sop_uid=uid,
            index=index,
            position=_vector(
                _look(places, dataset, "PlanePositionSequence", "ImagePositionPatient")
            ),
            orientation=_orientation(
                _look(places, dataset, "PlaneOrientationSequence", "ImageOrientationPatient")
            ),
            spacing=_pair(_look(places, dataset, "PixelMeasuresSequence", "PixelSpacing"))
            or _pair(dataset.get("ImagerPixelSpacing")),
            thickness=_number(_look(places, dataset, "PixelMeasuresSequence", "SliceThickness")),
            window=_window(places, dataset),
            rescale=_rescale(places, dataset),
        )


def _look(places: list[Dataset], dataset: Dataset, sequence: str, keyword: str) -> Any:
    """A value from the frame's own functional group, the shared one, or the dataset."""
    for part in places:
        item = _first(part.get(sequence))
        if item is not None and item.get(keyword) not in (None, ""):
            return item.get(keyword)
    return dataset.get(keyword)


def _window(places: list[Dataset], dataset: Dataset) -> tuple[float, float] | None:
    centre = _number(_look(places, dataset, "FrameVOILUTSequence", "WindowCenter"))
    width = _number(_look(places, dataset, "FrameVOILUTSequence", "WindowWidth"))
    return (centre, width) if centre is not None and width is not None and width > 0 else None


def _rescale(places: list[Dataset], dataset: Dataset) -> tuple[float, float]:
    name = "PixelValueTransformationSequence"
    slope = _number(_look(places, dataset, name, "RescaleSlope"))
    intercept = _number(_look(places, dataset, name, "RescaleIntercept"))
    return (slope or 1.0, intercept or 0.0)


def _first(sequence: Any) -> Dataset | None:
    return sequence[0] if sequence else None


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(entry) for entry in value]


def _number(value: Any) -> float | None:
    numbers = numbers_in(value)
    return numbers[0] if numbers else None


def _integer(value: Any) -> int:
    number = _number(value)
    return int(number) if number is not None and abs(number) < 2**31 else 0


def _vector(value: Any) -> Vector | None:
    numbers = numbers_in(value)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _pair(value: Any) -> tuple[float, float] | None:
    numbers = numbers_in(value)
    if len(numbers) != 2 or min(numbers) <= 0:
        return None
    return (numbers[0], numbers[1])


def _orientation(value: Any) -> tuple[Vector, Vector] | None:
    numbers = numbers_in(value)
    if len(numbers) != 6:
        return None
    row, column = (numbers[0], numbers[1], numbers[2]), (numbers[3], numbers[4], numbers[5])
    # Two unit vectors at right angles, or no orientation at all.
    is_sound = (
        all(abs(dot(v, v) - 1) < 0.05 for v in (row, column)) and abs(dot(row, column)) < 0.05
    )
    return (row, column) if is_sound else None
