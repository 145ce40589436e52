"""The phantom's stack: right densities, the finding where it is said to be, importable as DICOM."""

import dataclasses
import uuid

import numpy as np
import pytest

from cases.domain.imports import import_path
from cases.models import Series
from hub.demo.phantom.chest_stack import NODULE_AT, PIXEL_MM, SLICE_MM, chest_nodule
from hub.demo.phantom.dicom import write_series
from hub.demo.phantom.tissue import HOUNSFIELD
from jobs.models import WorkState


def sample(at_mm: tuple[float, float, float], side_mm: float = 4.0) -> np.ndarray:
    """The CT numbers of a small box around a place."""
    stack = chest_nodule()
    x, y, z = (
        round((at - first) / spacing)
        for at, first, spacing in zip(
            at_mm, stack.first_voxel_mm, (PIXEL_MM, PIXEL_MM, SLICE_MM), strict=True
        )
    )
    reach = int(side_mm / PIXEL_MM / 2)
    return stack.hounsfield[z, y - reach : y + reach + 1, x - reach : x + reach + 1]


@pytest.mark.parametrize(
    ("at_mm", "tissue"),
    [
        (NODULE_AT, "nodule"),
        ((0.0, 8.0, 60.0), "air"),
        ((27.0, 38.0, 120.0), "blood"),
        ((22.0, -18.0, 170.0), "muscle"),
    ],
)
def test_densities_are_those_of_the_tissue(at_mm, tissue):
    assert abs(float(sample(at_mm).mean()) - HOUNSFIELD[tissue]) < 15


def test_the_nodule_stands_in_lung():
    x, y, z = NODULE_AT
    ring = [sample((x + dx, y + dy, z), 2.0) for dx, dy in ((-24, -16), (0, -32), (18, 22))]
    assert min(float(part.mean()) for part in ring) < -700


@pytest.mark.django_db
def test_its_files_become_one_evenly_spaced_series(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.WORK_ROOT = tmp_path / "work"
    (tmp_path / "files").mkdir()
    few = dataclasses.replace(chest_nodule(), hounsfield=chest_nodule().hounsfield[20:25])
    write_series(few, tmp_path / "files", name="test")
    job = import_path(path=tmp_path / "files", case_key=uuid.uuid4())
    assert job.state == WorkState.DONE, job.failure_code
    series = Series.objects.get()
    assert (series.frame_count, series.spacing_mm, series.missing) == (5, SLICE_MM, 0)
    # The author of a chest is not asked about a face.
    assert (series.body_part, series.description) == ("CHEST", "CHEST AXIAL")
    assert not series.is_uneven
