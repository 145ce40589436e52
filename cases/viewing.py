"""What the viewer gets of a case: its published stacks, with words that give nothing away.

Everything comes from the index of de-identified stacks (`cases.imports.publishing`). Descriptions
of studies and series stay on the server: they may name the diagnosis, and nobody has checked them
for a reader who has yet to answer.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.imports.geometry import usual_window
from cases.models import Series, Study

# Stored in the JSON as `unit`. PS3.3, C.11.1.1.2: CT pixel values after rescaling are Hounsfield
# units; of other modalities no unit may be assumed.
HOUNSFIELD = "HU"
# Of a straight direction cosine: the axis a slice's normal lies nearest to.
_OBLIQUE = 0.9
_POSITION_DIGITS = 2
_COSINE_DIGITS = 6
# The present study first, as a case opens with it and not with what it is compared with; then the
# priors, the latest first. Studies whose date is not known come in the order of their arrival.
READING_ORDER = (F("study__date").desc(nulls_last=True), "study_id", "place", "pk")
_DAYS_A_MONTH, _DAYS_A_YEAR = 365.2425 / 12, 365.2425
# Up to here an interval is told in days, and in months.
_DAYS, _MONTHS = 60, 24


@dataclass(frozen=True)
class Still:
    """A frame as a picture. `number` counts from one along the stack."""

    url: str
    width: int
    height: int
    number: int
    alt: str


@dataclass(frozen=True)
class Stack:
    """One series as readers see it: its words, its stills, and `data` for the island.

    `key` names the stack for marks and questions; `images` are its instances and frames in order.
    """

    key: str
    images: list[tuple[str, int]]
    label: str
    stills: list[Still]
    poster: Still | None
    note: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Viewing:
    """All published series of a case: the present study's in their places, then its priors'."""

    stacks: list[Stack]

    @property
    def data(self) -> dict[str, Any]:
        return {
            "version": 1,
            "stacks": [stack.data for stack in self.stacks],
            "presets": presets(),
        }

    @property
    def poster(self) -> Still | None:
        return self.stacks[0].poster

    @property
    def label(self) -> str:
        return self.stacks[0].label

    @property
    def image_count(self) -> int:
        return sum(len(stack.data["frames"]) for stack in self.stacks)


def viewing_of(*, case_key: uuid.UUID, only: str = "") -> Viewing | None:
    """The case's published series, in one query; None where it has none.

    `only` is the key of one stack: what a question outside the case shows.
    """
    found = [
        series
        for series in Series.objects.filter(study__case_key=case_key)
        .select_related("study", "light")
        .order_by(*READING_ORDER)
        if series.index.get("frames")
    ]
    if not found:
        return None
    studies = list(dict.fromkeys(series.study for series in found))
    keys = _keys(found)
    stacks = [
        _stack(series, key=key, number=number, studies=studies, total=len(found))
        for number, (series, key) in enumerate(zip(found, keys, strict=True), start=1)
        if only in ("", key)
    ]
    return Viewing(stacks) if stacks else None


def _keys(found: list[Series]) -> list[str]:
    """A name for each stack that outlasts the next import, when all rows are made anew."""
    seen: Counter[str] = Counter()
    keys = []
    for series in found:
        named = f"{series.study.uid}/{series.uid}/{seen[series.uid]}"
        seen[series.uid] += 1
        keys.append(hashlib.sha256(named.encode()).hexdigest()[:12])
    return keys


def _stack(series: Series, *, key: str, number: int, studies: list[Study], total: int) -> Stack:
    data = island_data(series, study=studies.index(series.study)) | {"key": key}
    label = _label(series, data, number=number if total > 1 else None)
    if study := _study_label(series.study, studies):
        label = f"{study} · {label}"
    previews = series.index.get("previews", [])
    stills = [_still(series.directory, preview, label) for preview in previews]
    data |= {"label": label, "note": (note := _note(series))}
    return Stack(
        key=key,
        images=[(frame["sop"], frame["frame"]) for frame in series.index["frames"]],
        label=label,
        stills=stills,
        poster=_nearest(stills, data["start"]),
        note=note,
        data=data,
    )


def island_data(series: Series, *, study: int = 0) -> dict[str, Any]:
    """One series as JSON for the island.

    `frames` lists [file, frame from 0] in the order of the stack, `positions` the upper left
    corner of each in millimetres of the patient's coordinate system (PS3.3, C.7.6.2), or null;
    `rate` is how many a second a loop is to be shown at, where its file says so. Orientation,
    spacing and window are those of the first frame: a stack's frames share them.
    """
    frames: list[dict[str, Any]] = series.index["frames"]
    first = frames[0]
    return {
        "id": series.pk,
        "study": study,
        "modality": series.modality,
        "kind": series.kind,
        "unit": HOUNSFIELD if series.modality == "CT" else "",
        "base": f"{settings.MEDIA_URL}{series.directory}/",
        "rows": series.index["rows"],
        "columns": series.index["columns"],
        "frames": [[frame["file"], frame["frame"]] for frame in frames],
        "positions": _rounded_positions(frames),
        "orientation": [round(cosine, _COSINE_DIGITS) for cosine in first["orientation"]]
        if first["orientation"]
        else None,
        "spacing": first["spacing"],
        "thickness": first["thickness"],
        "window": first["window"] or usual_window(series.modality),
        "isLoop": _is_loop(series),
        "rate": series.index.get("rate"),
        "isColour": not series.index["photometric"].startswith("MONOCHROME"),
        "space": _space(series),
        "light": _light(series),
        # The middle of a stack shows more than its first slice; of pictures the first comes first.
        "start": len(frames) // 2 if series.kind == Series.Kind.VOLUME else 0,
    }


def _is_loop(series: Series) -> bool:
    """Whether the frames are one recording in time: several of one file, all at one place."""
    frames = series.index["frames"]
    if series.kind != Series.Kind.IMAGES or len(frames) < 2:
        return False
    return len({frame["file"] for frame in frames}) == 1


def _space(series: Series) -> str:
    """Names the coordinate system: stacks with the same name lie in one space.

    By Frame of Reference (PS3.3, C.7.4.1); a study's stacks that name none are taken to share one.
    """
    named = series.index.get("space") or f"study {series.study.uid}"
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def _light(series: Series) -> dict[str, Any] | None:
    """The lossy copy for slow lines, where there is one (docs/imports.md)."""
    light = series.light
    if light is None or not light.directory:
        return None
    return {
        "base": f"{settings.MEDIA_URL}{light.directory}/",
        "files": light.file_count,
        "bytes": light.byte_count,
        "fullBytes": light.full_byte_count,
        "error": float(f"{light.error:.3g}"),
        "measurable": False,
    }


def _rounded_positions(frames: Iterable[dict[str, Any]]) -> list[list[float]] | None:
    positions = [frame["position"] for frame in frames]
    if any(position is None for position in positions):
        return None
    return [[round(number, _POSITION_DIGITS) for number in position] for position in positions]


def presets() -> list[dict[str, Any]]:
    """Window presets by modality: centre and width in Hounsfield units.

    The usual values of textbooks and workstations; sites differ by some tens of units.
    """
    return [
        {"modality": "CT", "name": name, "centre": centre, "width": width}
        for name, centre, width in (
            (_("Soft tissue"), 40, 400),
            (_("Lung"), -600, 1500),
            (_("Mediastinum"), 50, 350),
            (_("Bone"), 400, 1800),
            (_("Brain"), 40, 80),
            (_("Subdural"), 75, 215),
            (_("Stroke"), 35, 40),
            (_("Liver"), 60, 160),
            (_("CT angiography"), 250, 700),
        )
    ]


def _label(series: Series, data: dict[str, Any], *, number: int | None) -> str:
    """What can be said of a series without its description: "2 · CT · axial · 120 images"."""
    count = len(data["frames"])
    kind = (
        _("localizer")
        if series.kind == Series.Kind.LOCALIZER
        else plane(data["orientation"])
        if data["orientation"]
        else ""
    )
    images = ngettext("%(count)d image", "%(count)d images", count) % {"count": count}
    return " · ".join(
        part for part in (str(number) if number else "", series.modality, kind, images) if part
    )


def _study_label(study: Study, studies: list[Study]) -> str:
    """Which of a case's studies: the present one, or how long before it; empty where it is alone.

    Dates are moved, all of a patient by the same number of days: the interval is the true one.
    """
    if len(studies) == 1:
        return ""
    present, dates = studies[0].date, {one.date for one in studies}
    if None in dates or len(dates) == 1:
        return _("Study %(number)d") % {"number": studies.index(study) + 1}
    if study.date == present:
        return _("Present study")
    return _("Prior, %(interval)s earlier") % {"interval": _interval((present - study.date).days)}


def _interval(days: int) -> str:
    months, years = round(days / _DAYS_A_MONTH), round(days / _DAYS_A_YEAR)
    if days < _DAYS:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if months < _MONTHS:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def plane(orientation: list[float]) -> str:
    """The anatomical plane that slices lie in: by their normal in the patient's coordinates."""
    row, column = orientation[:3], orientation[3:]
    normal = [
        abs(row[1] * column[2] - row[2] * column[1]),
        abs(row[2] * column[0] - row[0] * column[2]),
        abs(row[0] * column[1] - row[1] * column[0]),
    ]
    if max(normal) < _OBLIQUE:
        return _("oblique")
    return (_("sagittal"), _("coronal"), _("axial"))[normal.index(max(normal))]


def _note(series: Series) -> str:
    """What a reader has to know about the stack; empty if nothing is odd."""
    notes = []
    if series.missing:
        notes.append(
            ngettext(
                "%(count)d slice of this series is missing.",
                "%(count)d slices of this series are missing.",
                series.missing,
            )
            % {"count": series.missing}
        )
    if series.is_uneven and not series.missing:
        notes.append(_("The slices of this series are not evenly spaced."))
    return " ".join(notes)


def poster_among(
    previews: list[dict[str, Any]], *, directory: str, start: int, label: str = ""
) -> Still | None:
    """The preview nearest to the image (from zero) that the viewer opens with."""
    return _nearest([_still(directory, preview, label) for preview in previews], start)


def _nearest(stills: list[Still], start: int) -> Still | None:
    return min(stills, key=lambda still: abs(still.number - start - 1), default=None)


def _still(directory: str, preview: dict[str, Any], label: str) -> Still:
    number = preview["frame"] + 1
    return Still(
        url=f"{settings.MEDIA_URL}{directory}/{preview['file']}",
        width=preview["width"],
        height=preview["height"],
        number=number,
        alt=_("Image %(number)d of series %(series)s") % {"number": number, "series": label},
    )
