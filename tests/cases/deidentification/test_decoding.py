"""Codecs behind the wall: what crashes, hangs or grows there is refused, and work goes on."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import pixel_array
from pydicom.uid import JPEG2000Lossless

from cases.deidentification import decoding
from cases.deidentification.decoding import decode, end_decoder
from cases.deidentification.pixels import decoded_frame, decoded_frames
from cases.deidentification.refusals import Refusal, Refused
from media.pipeline.process import Limits

# A child that does at the sight of a word what a codec under attack might do.
_ATTACKED = """
import os, sys
sys.path.insert(0, {folder!r})
import decode_child
real = decode_child._decoded

def decoded(facts, codestream):
    if codestream.startswith(b"CRASH"):
        os.abort()
    if codestream.startswith(b"HANG"):
        while True:
            pass
    if codestream.startswith(b"GROW"):
        return bytes(1 << 40)
    if codestream.startswith(b"FLOOD"):
        return decode_child.np.zeros(1 << 27, dtype="u1")
    if codestream.startswith(b"READ"):
        return decode_child.np.fromfile({secret!r}, dtype="u1").reshape(1, -1)
    return real(facts, codestream)

decode_child._decoded = decoded
decode_child.main(open(0, "rb", buffering=0), sys.stdout.buffer)
"""


@pytest.fixture(autouse=True)
def no_child_left():
    end_decoder()
    yield
    end_decoder()


@pytest.fixture
def attacked(tmp_path: Path, monkeypatch) -> None:
    """Decoders that can be made to misbehave, under tight limits."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"s" * 64)
    folder = decoding.CHILD.parent
    child = tmp_path / "child" / "attacked.py"
    child.parent.mkdir()
    child.write_text(_ATTACKED.format(folder=str(folder), secret=str(secret)))
    reach = decoding.Reach
    monkeypatch.setattr(decoding, "CHILD", child)
    monkeypatch.setattr(
        decoding, "Reach", lambda reads: reach(reads=(*reads, folder / "decode_child.py"))
    )
    monkeypatch.setattr(
        decoding, "LIMITS", Limits(wall_s=20, cpu_s=60, memory_bytes=2 << 30, file_bytes=0)
    )


def jpeg2000() -> Dataset:
    dataset = dcmread(get_testdata_file("MR_small_jp2klossless.dcm"))
    assert dataset.file_meta.TransferSyntaxUID == JPEG2000Lossless
    return dataset


def with_stream(codestream: bytes) -> Dataset:
    dataset = jpeg2000()
    dataset.PixelData = encapsulate([codestream])
    return dataset


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_jp2klossless.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "SC_rgb_rle_2frame.dcm",
    ],
)
def test_the_child_gives_the_values_that_the_codec_gives_here(name):
    dataset = dcmread(get_testdata_file(name))
    expected = pixel_array(dataset, index=0)
    assert np.array_equal(decoded_frame(dataset, 0), expected)
    frames = list(decoded_frames(dataset))
    assert len(frames) == int(dataset.get("NumberOfFrames", 1))
    assert np.array_equal(frames[0], expected)
    assert frames[0].flags.writeable


@pytest.mark.usefixtures("attacked")
@pytest.mark.parametrize("word", [b"CRASH", b"GROW", b"FLOOD"])
def test_a_decoder_that_crashes_or_grows_is_refused_and_the_next_frame_decoded(word):
    with pytest.raises(Refused) as refused:
        decoded_frame(with_stream(word + b"!" * 60), 0)
    assert refused.value.code == Refusal.UNDECODABLE
    good = jpeg2000()
    assert np.array_equal(decoded_frame(good, 0), pixel_array(good, index=0))


@pytest.mark.usefixtures("attacked")
def test_a_decoder_that_hangs_is_killed(monkeypatch):
    monkeypatch.setattr(
        decoding, "LIMITS", Limits(wall_s=0.5, cpu_s=60, memory_bytes=2 << 30, file_bytes=0)
    )
    with pytest.raises(Refused):
        decoded_frame(with_stream(b"HANG" + b"!" * 60), 0)
    assert not decoding._helpers.helper.is_alive


@pytest.mark.usefixtures("attacked")
def test_a_decoder_reads_no_file_of_the_server():
    if decoding_wall() == "none":
        pytest.skip("this system offers no sandbox")
    with pytest.raises(Refused):
        decoded_frame(with_stream(b"READ" + b"!" * 60), 0)


def decoding_wall() -> str:
    from media.pipeline.sandbox import protection

    return protection().value


def test_garbage_is_refused_and_the_child_lives_on():
    dataset = jpeg2000()
    good = next(generate_frames(dataset.PixelData, number_of_frames=1))
    decode(dataset, good)
    child = decoding._helpers.helper
    with pytest.raises(Refused):
        decode(dataset, os.urandom(2000))
    decode(dataset, good)
    assert decoding._helpers.helper is child


def test_a_child_that_nobody_asks_ends_by_itself(monkeypatch, tmp_path):
    idle = tmp_path / "idle.py"
    idle.write_text(decoding.CHILD.read_text().replace("_IDLE_S = 60.0", "_IDLE_S = 0.0"))
    monkeypatch.setattr(decoding, "CHILD", idle)
    helper = decoding._helper()
    deadline = time.monotonic() + 120
    while helper.is_alive and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not helper.is_alive
