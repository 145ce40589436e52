"""De-identification of a planted series: ours beside dicom-anonymizer and deid, where installed.

    python -m bench deidentify

The others are not in the lock: `pip install dicom-anonymizer deid` into an environment that has
pydicom with pylibjpeg, numpy, Pillow and this project's folder is enough, for the engine knows
nothing of Django. Each runs with its defaults on the same files; the score is the one our own tests
must pass.
"""

import io
import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread

from cases.deidentification.instance import clean_instance, write_instance
from cases.deidentification.values import Keyed
from cases.imports.light import make_light
from cases.imports.publishing import prepare
from cases.imports.staging import stage
from tests.cases.deidentification.planted import (
    FOLLOW_UP,
    Score,
    cyrillic_slice,
    planted_slice,
    score,
    to_bytes,
)

_SHOWN_FAILURES = 12
_RATE_SLICES = 120
Tool = Callable[[Path, Path], None]


def planted_files() -> list[bytes]:
    """Four slices of one study, one of its follow-up, one with Cyrillic names."""
    datasets = [
        *(planted_slice(number) for number in range(4)),
        planted_slice(0, study_date=FOLLOW_UP, series=3),
        cyrillic_slice(),
    ]
    return [to_bytes(dataset) for dataset in datasets]


def ours(source: Path, target: Path) -> None:
    """The engine of this project."""
    keyed = Keyed(b"a key that only this bench uses !")
    for path in sorted(source.iterdir()):
        write_instance(clean_instance(dcmread(path), keyed=keyed).dataset, target / path.name)


def dicom_anonymizer(source: Path, target: Path) -> None:
    """dicom-anonymizer with its defaults, private tags deleted."""
    from dicomanonymizer import anonymize  # noqa: PLC0415  present in some environments only

    anonymize(str(source), str(target), {}, True)


def deid(source: Path, target: Path) -> None:
    """deid with its default recipe and private tags removed."""
    from deid.config import DeidRecipe  # noqa: PLC0415  present in some environments only
    from deid.dicom import get_identifiers, replace_identifiers  # noqa: PLC0415

    files = [str(path) for path in sorted(source.iterdir())]
    replace_identifiers(
        dicom_files=files,
        ids=get_identifiers(files),
        deid=DeidRecipe(),
        output_folder=str(target),
        remove_private=True,
        save=True,
        overwrite=True,
    )


TOOLS: dict[str, Tool] = {"viewbox": ours, "dicom-anonymizer": dicom_anonymizer, "deid": deid}


@contextmanager
def _quiet() -> Iterator[None]:
    """Tools print names of attributes and complaints about our planted values."""
    stdout, stderr = sys.stdout, sys.stderr
    logging.disable(logging.CRITICAL)
    sys.stdout = sys.stderr = io.StringIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stdout, sys.stderr = stdout, stderr
        logging.disable(logging.NOTSET)


def measure(tool: Tool, files: list[bytes]) -> tuple[Score, float]:
    """The tool's score on the files, and CPU milliseconds for each."""
    with tempfile.TemporaryDirectory() as folder, _quiet():
        source, target = Path(folder, "in"), Path(folder, "out")
        source.mkdir()
        target.mkdir()
        for number, data in enumerate(files):
            (source / f"{number:02d}.dcm").write_bytes(data)
        started = time.process_time()
        tool(source, target)
        spent_ms = (time.process_time() - started) * 1000 / len(files)
        pairs: list[tuple[Dataset, Dataset, bytes]] = []
        for path in sorted(source.iterdir()):
            made = next(iter(target.rglob(f"*{path.name}")))
            pairs.append((dcmread(path), dcmread(made), made.read_bytes()))
        return score(pairs), spent_ms


def import_rate(*, slices: int = _RATE_SLICES, side_px: int = 512) -> dict[str, float]:
    """CPU seconds of each step that an import of one CT series takes, without the database."""
    with tempfile.TemporaryDirectory() as folder, _quiet():
        source, work = Path(folder, "in"), Path(folder, "work")
        source.mkdir()
        noise = np.random.default_rng(7).normal(0, 20, (side_px, side_px))
        for number in range(slices):
            dataset = planted_slice(number)
            dataset.Rows = dataset.Columns = side_px
            disc = 1000 * (np.hypot(*np.ogrid[-1 : 1 : side_px * 1j, -1 : 1 : side_px * 1j]) < 0.8)
            dataset.PixelData = (disc + noise + 100).clip(0, 4000).astype("<u2").tobytes()
            (source / f"{number:04d}.dcm").write_bytes(to_bytes(dataset))
        clock = [time.process_time()]
        staged = stage(
            source, into=work / "clean", keyed=Keyed(b"a key that only this bench uses !")
        )
        clock.append(time.process_time())
        files = {one.facts.sop_uid: one.path for one in staged.instances}
        facts = [one.facts for one in staged.instances]
        (made, *_others) = prepare(facts, files, folder="dicom", work=work)
        clock.append(time.process_time())
        light = make_light(made.index, made.made, into=work / "light")
        clock.append(time.process_time())
    spent = dict(zip(("staging", "layout", "light"), np.diff(clock), strict=True))
    return spent | {"slices": len(files), "bytes": light.bytes, "full_bytes": light.full_bytes}


def main() -> None:
    """Print each tool's score by category, its speed, what failed first; the rate of imports."""
    with _quiet():
        files = planted_files()
    for name, tool in TOOLS.items():
        try:
            result, spent_ms = measure(tool, files)
        except ImportError:
            print(f"\n{name}: not installed")
            continue
        print(f"\n{name}: {spent_ms:.0f} ms of CPU a file")
        print("\n".join(f"  {line}" for line in result.lines()))
        for failure in sorted(set(result.failures))[:_SHOWN_FAILURES]:
            print(f"    {failure}")
    rate = import_rate()
    taken = rate["staging"] + rate["layout"]
    print(f"\nimport of {rate['slices']:.0f} CT slices of 512 × 512, {taken:.1f} s of CPU:")
    print(f"  {rate['slices'] / taken:.0f} instances a second of CPU until they are shown")
    print(f"  {rate['slices'] / rate['light']:.0f} a second into the light stack,", end=" ")
    print(f"{rate['bytes'] / 2**20:.1f} MB of {rate['full_bytes'] / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
