"""What a file is, is judged by its content."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.pipeline import sniff as sniffing
from media.pipeline.refusals import SENTENCES, Refusal, Refused
from media.pipeline.sniff import sniff, sniff_bytes

TRANSPORT_STREAM = (b"\x47" + bytes(187)) * 5
REFUSED = {
    "empty": (b"", Refusal.EMPTY_FILE),
    "text": (b"Dear colleagues, find the lecture attached.\n", Refusal.TEXT_FILE),
    "russian text": ("Лекция о переломах".encode() * 5000, Refusal.TEXT_FILE),
    "utf-16 text": ("Notes".encode("utf-16"), Refusal.TEXT_FILE),
    "subtitles": (b"1\n00:00:01,000 --> 00:00:02,000\nHello\n", Refusal.TEXT_FILE),
    "m3u8": (b"#EXTM3U\n#EXTINF:4,\n/etc/passwd\n", Refusal.PLAYLIST),
    "m3u8 after a byte order mark": (b"\xef\xbb\xbf \n#EXTM3U\n", Refusal.PLAYLIST),
    "ffconcat": (b"ffconcat version 1.0\nfile secret.mp4\n", Refusal.PLAYLIST),
    "mpd": (b'<?xml version="1.0"?>\n<MPD xmlns="urn:x"></MPD>', Refusal.PLAYLIST),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), Refusal.IMAGE),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(50), Refusal.IMAGE),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 ", Refusal.IMAGE),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", Refusal.IMAGE),
    "dicom": (bytes(128) + b"DICM" + bytes(50), Refusal.IMAGE),
    "pdf": (b"%PDF-1.7\n", Refusal.DOCUMENT),
    "pptx": (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", Refusal.DOCUMENT),
    "ppt": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500), Refusal.DOCUMENT),
    "zip": (b"PK\x03\x04" + bytes(26) + b"lecture.mp4", Refusal.ARCHIVE),
    "zeros": (bytes(4096), Refusal.NOT_A_VIDEO),
}
RECOGNISED = {
    "mp4": (b"\0\0\0\x18ftypisom\0\0\2\0isom", sniffing.MP4),
    "mov without ftyp": (b"\0\0\0\x08wide\0\0\1\0mdat", sniffing.MP4),
    "mkv": (b"\x1a\x45\xdf\xa3\x01", sniffing.MATROSKA),
    "avi": (b"RIFF\x10\0\0\0AVI LIST", sniffing.AVI),
    "wav": (b"RIFF\x10\0\0\0WAVEfmt ", sniffing.WAV),
    "transport stream": (TRANSPORT_STREAM, sniffing.MPEG_TS),
    "camcorder stream": ((bytes(4) + b"\x47" + bytes(187)) * 5, sniffing.MPEG_TS),
    "programme stream": (b"\x00\x00\x01\xba\x44", sniffing.MPEG_PS),
    "mp3": (b"\xff\xfb\x90\x64" + bytes(100), sniffing.MPEG_AUDIO),
    "tagged mp3": (b"ID3\x04" + bytes(100), sniffing.MPEG_AUDIO),
    "ogg": (b"OggS\0\2", sniffing.OGG),
    "flac": (b"fLaC\0", sniffing.FLAC),
    "flv": (b"FLV\x01\x05", sniffing.FLV),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_sniff_refuses_what_is_no_recording(kind: str) -> None:
    head, code = REFUSED[kind]
    with pytest.raises(Refused) as refused:
        sniff_bytes(head)
    assert refused.value.code == code


@pytest.mark.parametrize("kind", RECOGNISED)
def test_sniff_recognises_recordings(kind: str) -> None:
    head, expected = RECOGNISED[kind]
    assert sniff_bytes(head) == expected


def test_sniff_ignores_the_name(tmp_path: Path) -> None:
    path = tmp_path / "lecture.txt"
    path.write_bytes(struct.pack(">I4s4s", 24, b"ftyp", b"isom"))
    assert sniff(path) == sniffing.MP4


def test_sniff_refuses_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.mp4", tmp_path):
        with pytest.raises(Refused) as refused:
            sniff(path)
        assert refused.value.code == Refusal.FILE_MISSING


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_sniff_answers_or_refuses_whatever_it_is_given(head: bytes) -> None:
    try:
        assert sniff_bytes(head) in sniffing.RECORDINGS
    except Refused as refused:
        assert refused.sentence


def test_every_refusal_has_a_sentence_that_says_what_to_do() -> None:
    assert set(SENTENCES) == set(Refusal)
    for sentence in SENTENCES.values():
        assert "lease" in sentence
        assert sentence.endswith(".")
