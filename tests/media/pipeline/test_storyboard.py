"""Storyboards, waveforms and the words of slides."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from media.pipeline import ocr
from media.pipeline.storyboard import COLUMNS, MOST_THUMBS, ROWS, Storyboard
from media.pipeline.waveform import BINS, SAMPLE_RATE_HZ, WaveformMeter

CUE = re.compile(r"([\d:.]+) --> ([\d:.]+)\n(storyboard-\d+\.webp)#xywh=(\d+),(\d+),(\d+),(\d+)")


def made_of(duration_s: float, *, every_s: float = 0.5) -> tuple[list, list]:
    board = Storyboard(duration_s=duration_s, width=1920, height=1080)
    for number in range(int(duration_s / every_s)):
        at_s = number * every_s
        if board.wants(at_s):
            shade = int(255 * at_s / duration_s)
            board.add(at_s, Image.new("RGB", (480, 270), (shade, shade, shade)))
    sheets, description = board.finish()
    return sheets, CUE.findall(description)


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_cues_cover_the_lecture_and_name_rectangles_that_exist(tmp_path):
    sheets, cues = made_of(90.0)
    assert seconds(cues[0][0]) == 0
    assert seconds(cues[-1][1]) == 90
    assert all(one[1] == other[0] for one, other in pairwise(cues))
    (tmp_path / sheets[0].name).write_bytes(sheets[0].data)
    sheet = Image.open(tmp_path / sheets[0].name)
    for start, _end, name, left, top, width, height in cues:
        assert name == sheets[0].name
        box = (int(left), int(top), int(left) + int(width), int(top) + int(height))
        assert box[2] <= sheet.width
        assert box[3] <= sheet.height
        expected = 255 * seconds(start) / 90
        assert np.asarray(sheet.crop(box).convert("L")).mean() == pytest.approx(expected, abs=8)


def test_three_hours_need_no_more_pictures_than_one():
    sheets, cues = made_of(3 * 3600.0, every_s=5)
    assert len(cues) <= MOST_THUMBS
    assert len(sheets) == -(-len(cues) // (COLUMNS * ROWS))


def test_waveform_shows_where_it_is_loud_in_four_kilobytes():
    meter = WaveformMeter(120.0)
    tone = np.sin(np.arange(SAMPLE_RATE_HZ * 60) * 0.5)
    meter.add((tone * 3000).astype("<i2").tobytes())
    meter.add((tone * 30000).astype("<i2").tobytes())
    text = meter.to_json()
    peaks = json.loads(text)["peaks"]
    assert len(text) <= 4096
    assert len(peaks) == BINS
    assert set(peaks[: BINS // 2 - 1]) == {10}
    assert set(peaks[BINS // 2 :]) == {100}


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x80" * 3])
def test_waveform_bears_silence_and_halves_of_samples(data):
    meter = WaveformMeter(0.0)
    meter.add(data)
    assert max(json.loads(meter.to_json())["peaks"]) in (0, 100)


def test_specks_taken_for_letters_are_left_out_of_the_words():
    assert ocr.tidy("Chest radiograph\n\n| ~ .\n—— _ |\nA: airway\f") == (
        "Chest radiograph\nA: airway"
    )


def test_reader_takes_the_lectures_language_and_english():
    reader = ocr.Reader(path=None, version="5", models=("eng", "osd", "rus"))
    assert reader.languages_for("ru") == "rus+eng"
    assert reader.languages_for("en") == "eng"
    assert reader.languages_for("ar") == "eng"
    assert ocr.Reader(path=None, version="5", models=()).languages_for("ru") == ""


def test_no_tesseract_is_no_reader(monkeypatch):
    monkeypatch.setattr(ocr.shutil, "which", lambda _name: None)
    assert ocr.find_reader() is None


def table_row(line: int, confidence: float, word: str) -> str:
    return "\t".join(["5", "1", "1", "1", str(line), "1", *"0000", f"{confidence}", word]) + "\n"


def test_textures_read_as_words_are_left_out_and_sure_lines_kept_in_order():
    table = [
        "\t".join(["level", *["place"] * 9, "conf", "text"]) + "\n",
        "4\t1\t1\t1\t1\t0\t0\t0\t0\t0\t-1\t\n",
        table_row(1, 96.8, "Early"), table_row(1, 91.2, "signs"), table_row(1, 95.0, " "),
        table_row(2, 18.0, "eR"), table_row(2, 20.5, "FOM"), table_row(2, 61.0, "GO"),
        # One doubtful word in a line that is otherwise sure.
        table_row(3, 96.0, "teaching"), table_row(3, 40.2, "5mm"),
    ]  # fmt: skip
    assert ocr.sure_lines(table) == "Early signs\nteaching 5mm"
