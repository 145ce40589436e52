"""A CT examination written by code: a water cylinder with a bone rod, of known Hounsfield units.

Two series of one study, in the same coordinates, so that both scrolling together and measuring can
be checked against numbers.
"""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    UltrasoundMultiFrameImageStorage,
    XRayAngiographicImageStorage,
    generate_uid,
)

SIZE_PX = 96
SPACING_MM = 2.0
AIR_HU, WATER_HU, BONE_HU = -1000, 0, 900
_INTERCEPT = -1024
_ROOT = ("water", "phantom")
# What recordings in time do not have.
_OF_SLICES = (
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
)


def hounsfield() -> np.ndarray:
    """One slice: water to a radius of 80 mm, a rod of bone of 20 mm radius in the centre."""
    rows, columns = np.mgrid[:SIZE_PX, :SIZE_PX] - (SIZE_PX - 1) / 2
    radius = np.hypot(rows, columns) * SPACING_MM
    values = np.where(radius < 80, WATER_HU, AIR_HU)
    return np.where(radius < 20, BONE_HU, values)


def write_study(
    folder: Path,
    *,
    slices: tuple[int, ...] = (20, 40),
    length_mm: float = 80.0,
    from_mm: float = 0.0,
    study: str = "",
    date: str = "",
) -> Path:
    """Write one series for each number of slices; all cover the same length.

    Studies of different names have nothing in common but the patient, not even coordinates.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, count in enumerate(slices, start=1):
        step = length_mm / count
        for at in range(count):
            dataset = water_slice(number, at, place=from_mm + at * step, step=step, study=study)
            dataset.StudyDate = date or dataset.StudyDate
            dataset.save_as(folder / f"{number}-{at:03d}.dcm", enforce_file_format=True)
    return folder


def water_slice(
    series: int = 1, at: int = 0, *, place: float = 0.0, step: float = 1.0, study: str = ""
) -> Dataset:
    """One slice of a series, `place` millimetres up."""
    root = [*_ROOT, study] if study else [*_ROOT]
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=[*root, str(series), str(at)])
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[*root, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[*root, "series", str(series)])
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=[*root, "frame"])
    dataset.PatientName = "Phantom^Water"
    dataset.PatientID = "W1"
    dataset.StudyDate, dataset.Modality = "20250102", "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SeriesDescription = "Epidural haematoma"
    dataset.SeriesNumber, dataset.InstanceNumber = series, at + 1
    dataset.ImagePositionPatient = [-95.0, -95.0, place]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [SPACING_MM, SPACING_MM]
    dataset.SliceThickness = step
    dataset.Rows = dataset.Columns = SIZE_PX
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.BurnedInAnnotation = "NO"
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, _INTERCEPT, "HU"
    dataset.WindowCenter, dataset.WindowWidth = 40, 400
    dataset.PixelData = (hounsfield() - _INTERCEPT).astype("<u2").tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def write_loop(path: Path, *, frames: int) -> Path:
    """Write an ultrasound loop with a name burnt into the top left corner of every frame."""
    pictures = _moving(frames)
    pictures[:, 4:10, 4:40] = 255
    return _write_frames(path, pictures, UltrasoundMultiFrameImageStorage, Modality="US")


def write_run(path: Path, *, frames: int, **attributes: object) -> Path:
    """Write an angiography run, which needs no sign-off."""
    attributes = {"Modality": "XA"} | attributes
    return _write_frames(
        path, _moving(frames), XRayAngiographicImageStorage, series=9, **attributes
    )


def _moving(frames: int) -> np.ndarray:
    """A bar that grows from frame to frame."""
    pictures = np.zeros((frames, SIZE_PX, SIZE_PX), dtype=np.uint8)
    for at, picture in enumerate(pictures):
        picture[40:60, 30 : 32 + at % 30] = 120
    return pictures


def _write_frames(
    path: Path, pictures: np.ndarray, sop_class: str, *, series: int = 1, **attributes: object
) -> Path:
    dataset = water_slice(series)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.NumberOfFrames = len(pictures)
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = pictures.tobytes()
    for keyword in _OF_SLICES:
        delattr(dataset, keyword)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path
