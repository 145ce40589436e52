"""An upload through de-identification into a folder of clean files. Knows nothing of Django."""

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cases.deidentification.instance import clean_instance, write_instance
from cases.deidentification.pixels import Limits
from cases.deidentification.refusals import Refusal, Refused
from cases.deidentification.report import Report
from cases.deidentification.screening import Hold
from cases.deidentification.values import Keyed

from .archives import Entry, UploadLimits, count, entries
from .geometry import InstanceFacts, facts_of
from .parsing import ParseLimits, read_dataset

# Told how far the work is (0-1); raises when it is to stop.
OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class StagingLimits:
    """All limits of one import; `seconds` is for reading and cleaning together."""

    upload: UploadLimits = field(default_factory=UploadLimits)
    parse: ParseLimits = field(default_factory=ParseLimits)
    picture: Limits = field(default_factory=Limits)
    seconds: float = 2 * 3600.0


@dataclass(frozen=True)
class StagedInstance:
    """A clean file: where it lies, what it is, whether it is held back."""

    label: str
    path: Path
    digest: str
    facts: InstanceFacts
    hold: Hold | None


@dataclass(frozen=True)
class Skipped:
    """A file that was not taken, by its place in the upload."""

    label: str
    reason: Refusal


@dataclass
class Staged:
    """What became of an upload."""

    instances: list[StagedInstance] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    doubles: int = 0
    report: Report = field(default_factory=Report)
    pseudonyms: set[str] = field(default_factory=set)

    @property
    def held(self) -> list[StagedInstance]:
        """Instances that a person has to look at."""
        return [instance for instance in self.instances if instance.hold]


def stage(
    upload: Path,
    *,
    into: Path,
    keyed: Keyed,
    limits: StagingLimits | None = None,
    on_progress: OnProgress = lambda _fraction: None,
) -> Staged:
    """Clean every file of the upload into `into`; files that can't be are listed with reasons.

    Raises `Refused` for the upload as a whole (nothing usable in it, several patients, an archive
    beyond the limits, out of time), and whatever `on_progress` raises; what was written then is
    removed by the caller.
    """
    limits = limits or StagingLimits()
    into.mkdir(parents=True, exist_ok=True)
    scratch = into / "scratch"
    total, ends_at = count(upload), time.monotonic() + limits.seconds
    staged = Staged()
    known: set[str] = set()
    for number, entry in enumerate(entries(upload, scratch=scratch, limits=limits.upload)):
        if time.monotonic() > ends_at:
            raise Refused(Refusal.TIMED_OUT)
        on_progress(min(1.0, number / total))
        try:
            _take(entry, staged, known, into=into, keyed=keyed, limits=limits)
        except Refused as refused:
            staged.skipped.append(Skipped(entry.label, refused.code))
    shutil.rmtree(scratch, ignore_errors=True)
    if len(staged.pseudonyms) > 1:
        raise Refused(Refusal.MIXED_PATIENTS)
    return staged


def _take(
    entry: Entry,
    staged: Staged,
    known: set[str],
    *,
    into: Path,
    keyed: Keyed,
    limits: StagingLimits,
) -> None:
    if entry.path is None:
        raise Refused(entry.refusal or Refusal.NOT_DICOM)
    made = clean_instance(
        read_dataset(entry.path, limits=limits.parse), keyed=keyed, limits=limits.picture
    )
    uid = str(made.dataset.SOPInstanceUID)
    if uid in known:
        staged.doubles += 1
        return
    facts = facts_of(made.dataset)
    path = into / f"{len(known):06d}.dcm"
    write_instance(made.dataset, path)
    known.add(uid)
    staged.pseudonyms.add(made.deidentified.pseudonym)
    staged.report.add(made.deidentified.report)
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    staged.instances.append(StagedInstance(entry.label, path, digest, facts, made.hold))
