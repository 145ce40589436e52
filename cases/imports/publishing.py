"""Stacks as folders that can be served for ever: instances, preview pictures, and an index.

    MEDIA_ROOT/dicom/<study>/<place>-<hash of the content>/0001.dcm …, p01.webp …

A folder's name holds a hash of what is in it. What changes gets another name; the old folder goes
when nobody refers to it any more.
"""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import dcmread

from cases.deidentification.quiet import without_echo

from .geometry import FrameFacts, InstanceFacts, Stack, stacks
from .pictures import picture, save_webp

FOLDER = "dicom"
MOST_PREVIEWS = 40
_INDEX_VERSION = 1


@dataclass(frozen=True)
class Prepared:
    """A stack made ready in a folder of its own, not yet where it is served."""

    stack: Stack
    facts: InstanceFacts
    made: Path
    directory: str
    index: dict[str, Any]


def study_folder(*, case_key: str, study_uid: str) -> str:
    """A study's folder below MEDIA_ROOT; its name tells neither case nor UID."""
    name = hashlib.sha256(f"{case_key}/{study_uid}".encode()).hexdigest()[:20]
    return f"{FOLDER}/{name}"


def prepare(
    instances: Iterable[InstanceFacts], files: Mapping[str, Path], *, folder: str, work: Path
) -> list[Prepared]:
    """Sort the instances into stacks and lay each out in `work`. `files` maps UIDs to clean files.

    Raises `Refused` where a picture can't be decoded, which is found out here at the latest.
    """
    by_uid = {instance.sop_uid: instance for instance in instances}
    return [
        _prepare_one(stack, by_uid, files, folder=folder, work=work / f"stack-{place}", place=place)
        for place, stack in enumerate(stacks(by_uid.values()))
    ]


def _prepare_one(
    stack: Stack,
    by_uid: Mapping[str, InstanceFacts],
    files: Mapping[str, Path],
    *,
    folder: str,
    work: Path,
    place: int,
) -> Prepared:
    work.mkdir(parents=True)
    names: dict[str, str] = {}
    digest = hashlib.sha256()
    for frame in stack.frames:
        if frame.sop_uid not in names:
            name = f"{len(names) + 1:04d}.dcm"
            names[frame.sop_uid] = name
            shutil.copyfile(files[frame.sop_uid], work / name)
            with (work / name).open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
    first = by_uid[stack.frames[0].sop_uid]
    previews = _previews(stack, names, work)
    return Prepared(
        stack=stack,
        facts=first,
        made=work,
        directory=f"{folder}/{place:02d}-{digest.hexdigest()[:16]}",
        index=_index(stack, first, names, previews),
    )


def _previews(stack: Stack, names: Mapping[str, str], work: Path) -> list[dict[str, Any]]:
    """Up to forty frames, evenly spread, as small pictures."""
    count = len(stack.frames)
    chosen = sorted(
        {
            round(number * (count - 1) / max(1, min(count, MOST_PREVIEWS) - 1))
            for number in range(min(count, MOST_PREVIEWS))
        }
    )
    previews = []
    for number in chosen:
        frame = stack.frames[number]
        with without_echo():
            dataset = dcmread(work / names[frame.sop_uid])
        image = picture(dataset, frame)
        name = f"p{number + 1:04d}.webp"
        save_webp(image, work / name)
        previews.append(
            {"file": name, "frame": number, "width": image.width, "height": image.height}
        )
    return previews


def _index(
    stack: Stack, first: InstanceFacts, names: Mapping[str, str], previews: list[dict[str, Any]]
) -> dict[str, Any]:
    """What a viewer needs before it has a file: frames in order with place, spacing, window."""
    return {
        "version": _INDEX_VERSION,
        "rows": first.rows,
        "columns": first.columns,
        "photometric": first.photometric,
        "space": first.frame_of_reference,
        "rate": first.rate if len(first.frames) > 1 else None,
        "frames": [_frame(frame, names) for frame in stack.frames],
        "previews": previews,
    }


def _frame(frame: FrameFacts, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "file": names[frame.sop_uid],
        "frame": frame.index,
        "sop": frame.sop_uid,
        "position": frame.position,
        "orientation": [*frame.orientation[0], *frame.orientation[1]]
        if frame.orientation
        else None,
        "spacing": frame.spacing,
        "thickness": frame.thickness,
        "window": frame.window,
        "rescale": frame.rescale,
    }


def published_files(index: Mapping[str, Any], directory: Path) -> dict[str, Path]:
    """UIDs and files of a published stack, by its index."""
    return {frame["sop"]: directory / frame["file"] for frame in index.get("frames", [])}


def put_in_place(prepared: Prepared, *, root: Path) -> bool:
    """Move the folder to where it is served, in one step; False if the same lies there already."""
    return move_in_place(prepared.made, root / prepared.directory)


def move_in_place(made: Path, target: Path) -> bool:
    """Move a folder to `target` in one step; False if it lies there already."""
    if target.exists():
        shutil.rmtree(made, ignore_errors=True)
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.replace(target)
    except OSError:
        # Work and uploads lie on different disks: the copy gets its name when it is whole.
        partial = target.with_name(f".{target.name}")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(made, partial)
        partial.replace(target)
        shutil.rmtree(made, ignore_errors=True)
    return True
