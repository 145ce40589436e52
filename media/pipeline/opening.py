"""The beginning of a long recording as a small lecture of its own, made within seconds.

Whoever opens a lecture right after its upload watches this until the saver is whole. It is made
before the recording's content has been looked at, of the saver in H.264 and the voice in AAC alone;
its loudness is evened by what it holds itself.
"""

import dataclasses
import math
from pathlib import Path

from media.pipeline.content import Content, listen
from media.pipeline.encode import OnProgress, encode
from media.pipeline.ffmpeg_binary import FfmpegBinary, abilities_of
from media.pipeline.package import Package, package
from media.pipeline.plan import Plan, choose_tracks, plan
from media.pipeline.policy import Policy
from media.pipeline.probe import Probe


def has_opening(measured: Probe, policy: Policy) -> bool:
    """Whether the recording is long enough for its beginning to be worth a publication."""
    return policy.opening_s > 0 and measured.duration_s > policy.early_from_s


def plan_opening(source: Path, measured: Probe, policy: Policy, *, binary: FfmpegBinary) -> Plan:
    """How the beginning is made; what it raises is what :func:`media.pipeline.plan.plan` does."""
    beginning = dataclasses.replace(measured, duration_s=policy.opening_s)
    _picture, voice = choose_tracks(beginning, policy)
    sound = listen(source, beginning, voice.index, binary=binary) if voice else None
    thrifty = dataclasses.replace(
        policy,
        rungs=(),
        has_av1=False,
        has_full_av1=False,
        speech_opus_bps=0,
        # Short enough for one piece.
        early_from_s=math.inf,
    )
    return plan(beginning, thrifty, Content(stretch_s=float(policy.chunk_s), sound=sound))


def make_opening(
    source: Path,
    measured: Probe,
    policy: Policy,
    work: Path,
    *,
    on_progress: OnProgress | None = None,
    binary: FfmpegBinary,
) -> tuple[Package, Path]:
    """Make the beginning below ``work``; return what it is, and the directory to be published.

    Raises what encoding and packaging do.
    """
    fitted = policy.fitted(abilities_of(binary))
    planned = plan_opening(source, measured, fitted, binary=binary)
    encode(source, planned, work / "encoded", on_progress=on_progress, binary=binary)
    made = package(
        work / "encoded", planned, work / "package", on_progress=on_progress, binary=binary
    )
    return made, work / "package"
