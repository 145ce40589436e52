"""De-identification of a planted series: ours beside dicom-anonymizer and deid, where installed.

    python -m bench deidentify

The others are not in the lock: `pip install dicom-anonymizer deid` into an environment that has
pydicom, numpy and this project's folder is enough, for the engine knows nothing of Django. Each
runs with its defaults on the same files; the score is the one our own tests must pass.
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

from pydicom import Dataset, dcmread

from cases.deidentification.instance import clean_instance, write_instance
from cases.deidentification.values import Keyed
from tests.cases.deidentification.planted import (
    FOLLOW_UP,
    Score,
    cyrillic_slice,
    planted_slice,
    score,
    to_bytes,
)

_SHOWN_FAILURES = 12
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


def main() -> None:
    """Print each tool's score by category, its speed, and what failed first."""
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


if __name__ == "__main__":
    main()
