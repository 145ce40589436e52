"""What a study shows now: its files with their facts, and folders that are no longer needed."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from pydicom import dcmread

from cases.deidentification.quiet import without_echo
from cases.imports.geometry import InstanceFacts, facts_of
from cases.imports.publishing import published_files
from cases.models import Study


def published_instances(
    study: Study, *, instead: Mapping[str, Path] | None = None
) -> tuple[list[InstanceFacts], dict[str, Path]]:
    """Facts and files of all instances that the study shows; `instead` are files by UID."""
    facts: list[InstanceFacts] = []
    files: dict[str, Path] = {}
    for series in study.series.all():
        found = published_files(series.index, Path(settings.MEDIA_ROOT) / series.directory)
        files.update(found)
    files.update(instead or {})
    for path in files.values():
        with without_echo():
            facts.append(facts_of(dcmread(path, stop_before_pixels=True)))
    return facts, files


def remove_directories(names: list[str]) -> None:
    """Remove folders below MEDIA_ROOT, and the study's when it was the last one."""
    for name in names:
        target = Path(settings.MEDIA_ROOT) / name
        shutil.rmtree(target, ignore_errors=True)
        try:
            target.parent.rmdir()
        except OSError:
            continue
