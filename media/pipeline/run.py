"""The whole pipeline on a bare file: probe, plan, encode, package."""

import shutil
from pathlib import Path

from media.pipeline.encode import OnProgress, encode
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.package import Package, package
from media.pipeline.plan import Policy, plan
from media.pipeline.probe import probe

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
    planned = plan(probe(source), policy or Policy())
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


def _part(on_progress: OnProgress | None, start: float, end: float) -> OnProgress | None:
    if on_progress is None:
        return None
    return lambda fraction, speed: on_progress(start + fraction * (end - start), speed)
