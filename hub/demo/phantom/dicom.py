"""A stack of the phantom as DICOM files (PS3.3 A.3, CT Image), as a scanner would send it."""

import uuid
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from .chest_stack import PIXEL_MM, SLICE_MM, Stack

# Stored values are unsigned: CT numbers from this one on.
_INTERCEPT = -1024
_NAMESPACE = uuid.UUID("6f0b58a0-3a55-5f5e-9a38-6a3f5b0f2c11")


def write_series(stack: Stack, into: Path, *, name: str) -> None:
    """Write one file per section below `into`, an existing directory.

    `name` makes the UIDs: the same name gives the same series on every machine.
    """
    for number, section in enumerate(stack.hounsfield):
        dataset = _common(name)
        dataset.SOPInstanceUID = _uid(f"{name}/{number}")
        dataset.InstanceNumber = number + 1
        x, y, z = stack.first_voxel_mm
        dataset.ImagePositionPatient = [round(x, 3), round(y, 3), round(z - number * SLICE_MM, 3)]
        dataset.SliceLocation = round(z - number * SLICE_MM, 3)
        dataset.Rows, dataset.Columns = section.shape
        dataset.PixelData = (section - _INTERCEPT).astype(np.uint16).tobytes()
        dataset.file_meta = _file_meta(dataset)
        dataset.save_as(into / f"{number:04d}.dcm", enforce_file_format=True)


def _common(name: str) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    dataset.Modality = "CT"
    dataset.Manufacturer = "Viewbox"
    # A number, not the name: what a patient is known by is taken out of all descriptions.
    dataset.PatientName, dataset.PatientID = "Phantom", _uid(name)[-8:]
    dataset.PatientSex, dataset.PatientAge = "M", "063Y"
    dataset.StudyInstanceUID = _uid(f"{name}/study")
    dataset.SeriesInstanceUID = _uid(f"{name}/series")
    dataset.FrameOfReferenceUID = _uid(f"{name}/frame")
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = "20260105"
    dataset.StudyTime = dataset.ContentTime = "101500"
    dataset.AccessionNumber = dataset.StudyID = dataset.ReferringPhysicianName = ""
    dataset.PatientBirthDate = ""
    dataset.StudyDescription, dataset.SeriesDescription = "CT CHEST", "CHEST AXIAL"
    dataset.BodyPartExamined = "CHEST"
    dataset.SeriesNumber, dataset.AcquisitionNumber = 2, 1
    dataset.BurnedInAnnotation = "NO"
    dataset.KVP = 120
    dataset.SliceThickness = SLICE_MM
    dataset.SpacingBetweenSlices = SLICE_MM
    dataset.PixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PatientPosition = "HFS"
    dataset.PositionReferenceIndicator = ""
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = _INTERCEPT, 1, "HU"
    dataset.WindowCenter, dataset.WindowWidth = [-600, 40], [1500, 400]
    return dataset


def _uid(name: str) -> str:
    """A UID derived from a UUID (PS3.5, B.2)."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, name).int}"


def _file_meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return meta
