"""Pictures that browsers would show wrongly come as ones that they show rightly."""

import warnings

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_color_lut
from pydicom.uid import ExplicitVRLittleEndian

from cases.deidentification.instance import clean_instance
from cases.deidentification.pixels import Limits, check_size, decoded_frame, decoded_frames
from cases.deidentification.refusals import Refused
from cases.deidentification.values import Keyed

KEY = Keyed(b"legible-pictures")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def read(name: str) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = dcmread(get_testdata_file(name))
    dataset.Modality = dataset.get("Modality") or "OT"
    dataset.PatientID = "L1"
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        setattr(dataset, keyword, dataset.get(keyword) or "1.2.3")
    return dataset


def made(dataset: Dataset) -> Dataset:
    return clean_instance(dataset, keyed=KEY).dataset


def test_a_palette_becomes_the_colours_it_stands_for():
    source = read("examples_palette.dcm")
    wanted = apply_color_lut(source.pixel_array, source) >> 8
    clean = made(source)
    assert (clean.PhotometricInterpretation, clean.SamplesPerPixel) == ("RGB", 3)
    assert (clean.BitsAllocated, clean.BitsStored, clean.HighBit) == (8, 8, 7)
    assert (decoded_frame(clean, 0) == wanted).all()
    assert "RedPaletteColorLookupTableData" not in clean


def test_a_damaged_palette_is_refused():
    source = read("examples_palette.dcm")
    source.GreenPaletteColorLookupTableData = b"\0\0"
    with pytest.raises(Refused):
        made(source)


def test_a_palette_counts_as_large_as_the_colours_it_becomes():
    source = read("examples_palette.dcm")
    pixels = source.Rows * source.Columns
    check_size(source, Limits(bytes_decoded=3 * pixels))
    with pytest.raises(Refused):
        check_size(source, Limits(bytes_decoded=3 * pixels - 1))


def test_uncompressed_chrominance_becomes_rgb():
    clean = made(read("SC_ybr_full_422_uncompressed.dcm"))
    assert clean.PhotometricInterpretation == "RGB"
    assert len(clean.PixelData) == 100 * 100 * 3
    red, white = decoded_frame(clean, 0)[5, 50], decoded_frame(clean, 0)[95, 50]
    assert red[0] > 240
    assert max(red[1:]) < 20
    assert min(white) > 240


def test_colours_of_sixteen_bits_become_ones_of_eight():
    wide, narrow = made(read("SC_rgb_rle_16bit_2frame.dcm")), made(read("SC_rgb_rle_2frame.dcm"))
    assert wide.BitsAllocated == 8
    for one, other in zip(decoded_frames(wide), decoded_frames(narrow), strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1


def test_jpeg_that_holds_rgb_says_so():
    source = read("SC_jpeg_no_color_transform.dcm")
    before = decoded_frame(source, 0)
    clean = made(source)
    (frame,) = generate_frames(clean.PixelData, number_of_frames=1)
    assert b"Adobe" in frame[:20]
    assert (decoded_frame(clean, 0) == before).all()


@pytest.mark.parametrize("name", ["SC_rgb_jpeg_dcmtk.dcm", "examples_ybr_color.dcm"])
def test_usual_jpeg_stays_as_it_is(name):
    source = read(name)
    count = int(source.get("NumberOfFrames") or 1)
    frames = list(generate_frames(source.PixelData, number_of_frames=count))
    clean = made(source)
    assert clean.file_meta.TransferSyntaxUID == source.file_meta.TransferSyntaxUID
    after = list(generate_frames(clean.PixelData, number_of_frames=count))
    assert b"Adobe" not in after[0] or b"Adobe" in frames[0]


def test_a_codestream_that_differs_on_the_sign_is_written_as_the_dataset_says():
    source = read("J2K_pixelrep_mismatch.dcm")
    before = decoded_frame(source, 0)
    clean = made(source)
    assert clean.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert (decoded_frame(clean, 0) == before).all()
