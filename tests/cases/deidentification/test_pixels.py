"""Pixel data: no byte beside the picture, masks that truly overwrite, sizes that are believed."""

import contextlib
import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

from cases.deidentification.codestreams import stripped
from cases.deidentification.instance import clean_instance, write_instance
from cases.deidentification.pixels import (
    Limits,
    Rectangle,
    clean_pixels,
    decoded_frame,
    decoded_frames,
    mask,
    state_cleaned,
)
from cases.deidentification.refusals import Refusal, Refused
from cases.deidentification.screening import Hold, hold_for, may_show_face
from cases.deidentification.values import Keyed
from tests.cases.deidentification.planted import FAMILY, planted_slice

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
KEY = Keyed(b"a key that only these tests use !")
NAME = FAMILY.encode()
COMPRESSED = (
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "JPEG2000.dcm",
)


def read(name: str) -> Dataset:
    dataset = dcmread(get_testdata_file(name))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID"):
        if not dataset.get(keyword):
            setattr(dataset, keyword, generate_uid())
    return dataset


def with_comments(frame: bytes) -> bytes:
    """The frame with a comment, metadata and a tail that tell a name."""
    body = struct.pack(">HH", 1, 0)[:2] + NAME
    if frame[:2] == b"\xff\xd8":
        exif = b"\xff\xe1" + struct.pack(">H", len(NAME) + 8) + b"Exif\0\0" + NAME
        comment = b"\xff\xfe" + struct.pack(">H", len(NAME) + 2) + NAME
        return frame[:2] + exif + comment + frame[2:] + NAME
    siz_end = 4 + struct.unpack_from(">H", frame, 4)[0]
    comment = b"\xff\x64" + struct.pack(">H", len(body) + 2) + body
    return frame[:siz_end] + comment + frame[siz_end:] + NAME


@pytest.mark.parametrize("name", COMPRESSED)
def test_compressed_frames_lose_comments_and_tails_but_no_pixel(name):
    dataset = read(name)
    before = list(decoded_frames(dataset))
    frames = [with_comments(f) for f in generate_frames(dataset.PixelData, number_of_frames=1)]
    dataset.PixelData = encapsulate(frames)
    assert NAME in dataset.PixelData
    clean_pixels(dataset, limits=Limits())
    assert NAME not in dataset.PixelData
    after = list(decoded_frames(dataset))
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_native_pixels_lose_their_tail_and_the_bits_above_the_picture():
    dataset = planted_slice(0)
    picture = np.frombuffer(dataset.PixelData[:512], "<u2") & 0x0FFF
    clean_pixels(dataset, limits=Limits())
    assert (np.frombuffer(dataset.PixelData, "<u2") == picture).all()


def test_signed_pixels_keep_their_sign():
    dataset = planted_slice(0)
    values = np.arange(-128, 128, dtype="<i2") * 8
    dataset.PixelRepresentation = 1
    dataset.PixelData = ((values & 0x0FFF) | 0x5000).astype("<i2").tobytes()
    clean_pixels(dataset, limits=Limits())
    assert (np.frombuffer(dataset.PixelData, "<i2") == values).all()


@pytest.mark.parametrize("name", [*COMPRESSED, "CT_small.dcm", "SC_rgb_rle_2frame.dcm"])
def test_a_masked_rectangle_is_overwritten_in_every_frame_and_nothing_else(name, tmp_path):
    made = clean_instance(read(name), keyed=KEY).dataset
    before = [frame.copy() for frame in decoded_frames(made)]
    mask(made, [Rectangle(column=5, row=7, width=20, height=9)])
    state_cleaned(made)
    write_instance(made, tmp_path / "masked.dcm")
    after = dcmread(tmp_path / "masked.dcm")
    assert after.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert after.BurnedInAnnotation == "NO"
    assert "113101" in [code.CodeValue for code in after.DeidentificationMethodCodeSequence]
    for old, new in zip(before, decoded_frames(after), strict=True):
        inside = new[7:16, 5:25]
        assert (inside == inside[0, 0]).all()
        untouched = np.ones(old.shape[:2], bool)
        untouched[7:16, 5:25] = False
        assert (old[untouched] == new[untouched]).all()
        assert not (old[7:16, 5:25] == inside).all()


def test_the_masked_text_is_in_no_byte_of_a_jpeg_that_held_it():
    """Decoded, overwritten, stored uncompressed: the old codestream is gone."""
    picture = np.full((64, 64), 90, np.uint8)
    picture[10:20, 10:50] = np.random.default_rng(3).integers(0, 255, (10, 40))
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=95, comment=NAME)
    dataset = planted_slice(0)
    dataset.Rows = dataset.Columns = 64
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = encapsulate([buffer.getvalue()])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made = clean_instance(dataset, keyed=KEY).dataset
    scan = bytes(made.PixelData)[-200:-20]
    mask(made, [Rectangle(8, 8, 46, 16)])
    assert scan not in made.PixelData
    assert len(made.PixelData) == 64 * 64
    assert decoded_frame(made, 0)[8:24, 8:54].std() == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Rows": 60000, "Columns": 60000}, Refusal.ABSURD_SIZE),
        ({"NumberOfFrames": 2000000000}, Refusal.ABSURD_SIZE),
        ({"Rows": 0}, Refusal.ABSURD_SIZE),
        ({"BitsAllocated": 7}, Refusal.ABSURD_SIZE),
        ({"BitsStored": 31}, Refusal.ABSURD_SIZE),
        ({"SamplesPerPixel": 200}, Refusal.ABSURD_SIZE),
        ({"Rows": 17}, Refusal.TRUNCATED),
        ({"NumberOfFrames": 3}, Refusal.TRUNCATED),
        ({"PixelData": b""}, Refusal.TRUNCATED),
    ],
)
def test_sizes_that_the_data_does_not_bear_out_are_refused(change, code):
    dataset = planted_slice(0)
    dataset.PixelData = dataset.PixelData[:512]
    for keyword, value in change.items():
        setattr(dataset, keyword, value)
    with pytest.raises(Refused) as refused:
        clean_instance(dataset, keyed=KEY)
    assert refused.value.code == code


def test_a_codestream_larger_than_the_file_says_is_refused_before_it_is_decoded():
    dataset = read("JPEG2000.dcm")
    dataset.Rows = dataset.Rows // 2
    with pytest.raises(Refused) as refused:
        clean_pixels(dataset, limits=Limits())
    assert refused.value.code == Refusal.ABSURD_SIZE


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8", b"\xff\x4f\xff\x51"]))
def test_any_bytes_are_a_codestream_or_refused(data, start):
    with contextlib.suppress(Refused):
        stripped(start + data)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_codestreams_are_stripped_or_refused(data):
    name = data.draw(st.sampled_from(COMPRESSED))
    frame = bytearray(
        next(generate_frames(dcmread(get_testdata_file(name)).PixelData, number_of_frames=1))
    )
    for _ in range(data.draw(st.integers(1, 6))):
        frame[data.draw(st.integers(0, min(len(frame), 600) - 1))] = data.draw(st.integers(0, 255))
    del frame[data.draw(st.integers(10, len(frame))) :]
    with contextlib.suppress(Refused):
        stripped(bytes(frame))


# --- What a person must look at -------------------------------------------------------------------


def clean_ct(**changes) -> Dataset:
    dataset = planted_slice(0)
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return dataset


@pytest.mark.parametrize(
    ("changes", "hold"),
    [
        ({}, None),
        ({"BurnedInAnnotation": "NO"}, None),
        ({"BurnedInAnnotation": "YES"}, Hold.BURNED_IN),
        ({"PixelSpacing": None}, Hold.BURNED_IN_UNKNOWN),
        ({"BitsAllocated": 8}, Hold.BURNED_IN_UNKNOWN),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, Hold.SCREEN),
        ({"PhotometricInterpretation": "RGB"}, Hold.SCREEN),
        ({"Modality": "US"}, Hold.ULTRASOUND),
        ({"Modality": "DX", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1"}, Hold.BURNED_IN_UNKNOWN),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, Hold.SECONDARY_CAPTURE),
        (
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "BurnedInAnnotation": "NO"},
            Hold.SECONDARY_CAPTURE,
        ),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.1"}, Hold.ULTRASOUND),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.77.1.4", "Modality": "XC"}, Hold.VISIBLE_LIGHT),
    ],
)
def test_what_may_show_text_is_held_until_looked_at(changes, hold):
    assert hold_for(clean_ct(**changes)) == hold


@pytest.mark.parametrize(
    ("sop_class", "code"),
    [
        ("1.2.840.10008.5.1.4.1.1.104.1", Refusal.DOCUMENT),
        ("1.2.840.10008.5.1.4.1.1.88.11", Refusal.REPORT),
        ("1.2.840.10008.5.1.4.1.1.88.59", Refusal.REPORT),
        ("1.2.840.10008.5.1.4.1.1.11.1", Refusal.REPORT),
        ("1.2.840.10008.5.1.4.1.1.66", Refusal.CLASS_REFUSED),
        ("1.2.840.10008.5.1.4.1.1.77.1.1.1", Refusal.VIDEO),
        ("1.3.12.2.1107.5.9.1", Refusal.CLASS_REFUSED),
        ("1.2.840.10008.1.3.10", Refusal.DICOMDIR),
        ("", Refusal.NO_CLASS),
    ],
)
def test_classes_not_on_the_list_are_refused(sop_class, code):
    dataset = planted_slice(0)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
    with pytest.raises(Refused) as refused:
        clean_instance(dataset, keyed=KEY)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("texts", "modality", "slices", "warned"),
    [
        (["HEAD", ""], "CT", 40, True),
        (["", "T1 brain"], "MR", 160, True),
        (["", ""], "MR", 160, True),
        (["CHEST", "Lung"], "CT", 300, False),
        (["", "Cardiac CTA"], "CT", 300, False),
        (["", "MRA iliac"], "MR", 80, False),
        (["HIP", "Femoral head"], "MR", 80, False),
        (["", "CT_IAC_1mm"], "CT", 80, True),
        (["", "CT face bone"], "CT", 80, True),
        (["HEAD"], "CT", 3, False),
        (["SKULL"], "DX", 60, False),
    ],
)
def test_a_head_with_enough_slices_is_warned_about(texts, modality, slices, warned):
    assert may_show_face(texts, modality=modality, slices=slices) is warned
