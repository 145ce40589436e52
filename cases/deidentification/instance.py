"""One file's dataset from refusal to a clean copy: what importer and command line both call."""

from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmwrite
from pydicom.dataset import Dataset

from .engine import Deidentified, deidentify
from .legible import make_legible
from .pixels import Limits, check_size, clean_pixels
from .quiet import without_echo
from .refusals import Refusal, Refused
from .screening import Hold, hold_for
from .sop_classes import disposition
from .values import Keyed


@dataclass(frozen=True)
class CleanInstance:
    """A de-identified instance; `hold` says why a person must look at it before others may."""

    deidentified: Deidentified
    hold: Hold | None

    @property
    def dataset(self) -> Dataset:
        """The dataset to be written."""
        return self.deidentified.dataset


def clean_instance(source: Dataset, *, keyed: Keyed, limits: Limits | None = None) -> CleanInstance:
    """De-identify attributes and pixel data. Raises `Refused`, and nothing else."""
    limits = limits or Limits()
    try:
        with without_echo():
            disposition(str(source.get("SOPClassUID", "") or _class_in_meta(source)).strip(" \0"))
            check_size(source, limits)
            made = deidentify(source, keyed=keyed)
            for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
                if not made.dataset.get(keyword):
                    raise Refused(Refusal.DAMAGED)
            hold = hold_for(made.dataset)
            clean_pixels(made.dataset, limits=limits)
            make_legible(made.dataset)
    except Refused:
        raise
    except (MemoryError, OSError):
        raise
    except Exception:  # noqa: BLE001  pydicom and its codecs raise anything
        # Damaged files raise many things, with values in their messages: only the kind is told.
        raise Refused(Refusal.DAMAGED) from None
    return CleanInstance(deidentified=made, hold=hold)


def _class_in_meta(source: Dataset) -> str:
    meta = getattr(source, "file_meta", None)
    return str(meta.get("MediaStorageSOPClassUID", "")) if meta else ""


def write_instance(dataset: Dataset, path: Path) -> None:
    """Write the clean dataset as a DICOM file (PS3.10) in explicit VR, little endian."""
    with without_echo():
        try:
            dcmwrite(path, dataset, enforce_file_format=True, overwrite=True)
        except OSError:
            raise
        except Exception:  # noqa: BLE001  pydicom and its codecs raise anything
            raise Refused(Refusal.DAMAGED) from None
