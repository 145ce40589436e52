"""A head written by code, as CT or MR: skin, skull, brain, a nose, a jaw and a neck.

Sizes are an adult's: 190 mm from forehead to occiput. The patient looks along negative y.
"""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage, generate_uid

from tests.cases.water_phantom import water_slice

STEP_MM = 4.0
SHAPE = (68, 64, 52)  # slices, rows, columns
# The corner of the first slice; z of the vertex is 100.
ORIGIN = (-102.0, -140.0, -168.0)
AIR, SKIN, BONE, BRAIN = 0, 1, 2, 3
_HU = np.array([-1000, 40, 900, 35])
_MR_SIGNAL = np.array([4, 300, 40, 220])
_INTERCEPT = -1024


def coordinates() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and z of every voxel [slice, row, column]."""
    z, y, x = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    return ORIGIN[0] + x * STEP_MM, ORIGIN[1] + y * STEP_MM, ORIGIN[2] + z * STEP_MM


def _ellipsoid(middle: tuple[float, float, float], radii: tuple[float, float, float]) -> np.ndarray:
    parts = zip(coordinates(), middle, radii, strict=True)
    return sum(((axis - at) / radius) ** 2 for axis, at, radius in parts) < 1


def tissues() -> np.ndarray:
    """What every voxel is."""
    x, y, z = coordinates()
    made = np.full(SHAPE, AIR, dtype=np.uint8)
    skull = _ellipsoid((0, 0, 0), (76, 95, 100))
    made[skull] = SKIN
    face = _ellipsoid((0, -45, -70), (58, 55, 85)) | _ellipsoid((0, -100, -35), (14, 25, 22))
    made[face & ~skull] = SKIN
    neck = (x / 55) ** 2 + ((y - 25) / 60) ** 2 + 0 * z < 1
    made[neck & (z < -40) & (made == AIR)] = SKIN
    # The floor of the skull: high in front, above the eyes, low behind.
    made[_ellipsoid((0, 2, 5), (69, 87, 90)) & (z > np.where(y < -25, -14, -50))] = BONE
    made[_ellipsoid((0, 4, 8), (62, 79, 80)) & (z > np.where(y < -25, -6, -42))] = BRAIN
    return made


def write_head(folder: Path, *, modality: str = "CT", lowest: int = 0, top: int = 0) -> Path:
    """One series, in folder; `lowest` slices are left out below, `top` above."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = tissues()
    for at in range(lowest, SHAPE[0] - top):
        slice_of(kinds[at], at, modality=modality).save_as(
            folder / f"{at:03d}.dcm", enforce_file_format=True
        )
    return folder


def slice_of(kinds: np.ndarray, at: int, *, modality: str) -> Dataset:
    """One slice as a dataset."""
    dataset = water_slice(1, at, step=STEP_MM)
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=["head", modality, str(at)])
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.SeriesDescription, dataset.BodyPartExamined = "Head", "HEAD"
    dataset.Rows, dataset.Columns = kinds.shape
    dataset.PixelSpacing = [STEP_MM, STEP_MM]
    dataset.ImagePositionPatient = [ORIGIN[0], ORIGIN[1], ORIGIN[2] + at * STEP_MM]
    if modality == "CT":
        values = _HU[kinds] - _INTERCEPT
    else:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
        dataset.Modality = "MR"
        del dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType
        values = _MR_SIGNAL[kinds]
    dataset.PixelData = values.astype("<u2").tobytes()
    return dataset
