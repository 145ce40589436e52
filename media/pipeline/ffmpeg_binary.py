"""Which ffmpeg the pipeline runs, and its version."""

import functools
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from media.pipeline.refusals import Refusal, Refused

ENVIRONMENT_VARIABLE = "VIEWBOX_FFMPEG"


@dataclass(frozen=True)
class FfmpegBinary:
    """An ffmpeg that has answered ``-version``."""

    path: Path
    version: str


def find_ffmpeg(chosen: str | Path | None = None) -> FfmpegBinary:
    """Find ffmpeg: the argument or ``VIEWBOX_FFMPEG``, else imageio-ffmpeg's, else the PATH's.

    A choice that was made explicitly and does not run is an error; it is never replaced
    silently by another binary. Raises ``Refused(ENCODER_MISSING)``.
    """
    explicit = str(chosen or os.environ.get(ENVIRONMENT_VARIABLE, ""))
    if explicit:
        resolved = shutil.which(explicit)
        if resolved is None:
            raise Refused(Refusal.ENCODER_MISSING, f"{explicit} is not an executable file")
        return _identify(Path(resolved))
    for candidate in (_from_imageio(), shutil.which("ffmpeg")):
        if candidate:
            return _identify(Path(candidate))
    raise Refused(
        Refusal.ENCODER_MISSING,
        f"no ffmpeg found: install imageio-ffmpeg or set {ENVIRONMENT_VARIABLE}",
    )


def _from_imageio() -> str | None:
    try:
        import imageio_ffmpeg  # noqa: PLC0415  optional where the system's ffmpeg is used
    except ImportError:
        return None
    # imageio-ffmpeg reads IMAGEIO_FFMPEG_EXE itself and raises when it has no binary.
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


@functools.cache
def _identify(path: Path) -> FfmpegBinary:
    try:
        answer = subprocess.run(  # noqa: S603  the path was resolved above
            [str(path), "-hide_banner", "-version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(Refusal.ENCODER_MISSING, f"{path} does not run: {error}") from error
    match = re.match(r"ffmpeg version (\S+)", answer.stdout)
    if match is None:
        raise Refused(Refusal.ENCODER_MISSING, f"{path} is not ffmpeg")
    return FfmpegBinary(path=path, version=match.group(1))


@functools.cache
def abilities_of(binary: FfmpegBinary) -> frozenset[str]:
    """The names of the encoders and filters that this ffmpeg was built with."""
    names: set[str] = set()
    for what in ("-encoders", "-filters"):
        answer = subprocess.run(  # noqa: S603  the binary has answered before
            [str(binary.path), "-hide_banner", what],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        names.update(re.findall(r"^ [A-Z.|]{2,6} (\w+) ", answer.stdout, re.MULTILINE))
    return frozenset(names)
