"""The whole pipeline on a bare file: probe, plan, encode, package."""

import shutil
from collections.abc import Callable
from pathlib import Path

from media.pipeline.content import analyse
from media.pipeline.encode import OnProgress, encode
from media.pipeline.ffmpeg_binary import FfmpegBinary, abilities_of, find_ffmpeg
from media.pipeline.package import Package, package
from media.pipeline.plan import Plan, choose_tracks, plan
from media.pipeline.policy import Policy
from media.pipeline.probe import Probe, probe

# Encoding is nearly all of the work; what remains is packaging.
_ENCODE_SHARE = 0.97


class OutputExists(Exception):
    """The output directory already holds something, which is never overwritten."""


def transcode(
    source: Path,
    out: Path,
    *,
    policy: Policy | None = None,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary | None = None,
) -> Package:
    """Make a packaged lecture of ``source`` in ``out``, an absent or empty directory.

    ``out`` appears complete or not at all: work goes on in ``out`` with ``.partial`` added.

    Raises ``OutputExists``, ``Cancelled``, or ``Refused`` with any code of the stages.
    """
    out = out.resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputExists(str(out))
    binary = binary or find_ffmpeg()
    _measured, planned = examine(source, policy or Policy(), binary=binary)
    work = out.with_name(out.name + ".partial")
    shutil.rmtree(work, ignore_errors=True)
    try:
        encode(
            source, planned, work / "encoded",
            on_progress=_part(on_progress, 0.0, _ENCODE_SHARE), binary=binary,
        )  # fmt: skip
        made = package(
            work / "encoded", planned, work / "package",
            on_progress=_part(on_progress, _ENCODE_SHARE, 1.0), binary=binary,
        )  # fmt: skip
        (work / "package").replace(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if on_progress:
        on_progress(1.0, 0.0)
    return made


def examine(
    source: Path,
    policy: Policy,
    *,
    binary: FfmpegBinary,
    on_probed: Callable[[Probe], None] | None = None,
) -> tuple[Probe, Plan]:
    """Measure a recording and plan its renditions for what this ffmpeg can do.

    ``on_probed`` is told what it is before its content is looked at, which takes longer.

    Raises ``Refused`` as :func:`media.pipeline.probe.probe` and
    :func:`media.pipeline.plan.plan` do.
    """
    policy = policy.fitted(abilities_of(binary))
    measured = probe(source)
    # A recording that can't be planned is not worth looking at.
    plan(measured, policy)
    if on_probed:
        on_probed(measured)
    picture, sound = choose_tracks(measured, policy)
    content = analyse(
        source,
        measured,
        video_index=picture.index if picture else None,
        audio_index=sound.index if sound else None,
        binary=binary,
        stretch_s=float(policy.chunk_s),
    )
    return measured, plan(measured, policy, content)


def _part(on_progress: OnProgress | None, start: float, end: float) -> OnProgress | None:
    if on_progress is None:
        return None
    return lambda fraction, speed: on_progress(start + fraction * (end - start), speed)
