"""A lecture's slides as a PDF: whole, in order, each once, and with their words."""

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw

from media.pipeline.handout import HandoutWords, with_handout
from media.pipeline.still_images import save_slide
from media.pipeline.stills import Slide, Stills

WORDS = HandoutWords("Nodules (a) \\ <b>", "en", "Slide {}".format)


def picture(number: int, size: tuple[int, int] = (640, 360)) -> Image.Image:
    made = Image.new("RGB", size, (250, 250, 245))
    ImageDraw.Draw(made).rectangle((40 * number, 30, 40 * number + 90, 200), fill=(20, 40, 90))
    return made


def slides_in(folder: Path, *pictures: Image.Image, texts: tuple[str, ...] = ()) -> Stills:
    folder.mkdir()
    made = [
        Slide(
            start_s=10.0 * number,
            end_s=10.0 * number + 10,
            width=one.width,
            height=one.height,
            text=texts[number] if texts else "",
            images=save_slide(one, folder, number=number + 1),
        )
        for number, one in enumerate(pictures)
    ]
    return Stills(slides=tuple(made), storyboard="", waveform="", posters=())


def opened(folder: Path) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument((folder / "slides.pdf").read_bytes())


def said(words: str) -> bytes:
    """A text string as it stands in the file."""
    return words.encode("utf-16-be").hex().encode()


def test_pages_show_the_slides_in_order(tmp_path):
    shown = [picture(1), picture(5), picture(9)]
    made = with_handout(slides_in(tmp_path / "out", *shown), tmp_path / "out", words=WORDS)
    document = opened(tmp_path / "out")
    assert (made.document, len(document)) == ("slides.pdf", 3)
    assert made.document_bytes == (tmp_path / "out" / "slides.pdf").stat().st_size
    for page, original in zip(document, shown, strict=True):
        drawn = page.render(scale=640 / 960).to_pil().convert("RGB")
        assert drawn.size == original.size
        difference = ImageChops.difference(drawn, original).convert("L")
        assert sum(difference.histogram()[60:]) < 0.005 * drawn.width * drawn.height


def test_slide_that_comes_back_is_a_page_once(tmp_path):
    stills = slides_in(tmp_path / "out", picture(1), picture(5))
    first, second = stills.slides
    again = Slide(**{**vars(first), "start_s": 20.0, "end_s": 30.0})
    both = Stills(slides=(first, second, again), storyboard="", waveform="", posters=())
    with_handout(both, tmp_path / "out", words=WORDS)
    assert len(opened(tmp_path / "out")) == 2


def test_one_picture_is_no_set_of_slides(tmp_path):
    stills = slides_in(tmp_path / "out", picture(1))
    assert with_handout(stills, tmp_path / "out", words=WORDS) == stills
    assert not (tmp_path / "out" / "slides.pdf").exists()


def test_pages_have_the_shape_of_their_slides(tmp_path):
    stills = slides_in(tmp_path / "out", picture(1), picture(2, (480, 360)))
    with_handout(stills, tmp_path / "out", words=WORDS)
    assert [page.get_size() for page in opened(tmp_path / "out")] == [(960, 540), (960, 720)]


def test_words_of_slides_are_read_aloud_and_lead_to_their_pages(tmp_path):
    texts = ("Узел в лёгком\n8 mm", "")
    stills = slides_in(tmp_path / "out", picture(1), picture(2), texts=texts)
    with_handout(stills, tmp_path / "out", words=WORDS)
    written = (tmp_path / "out" / "slides.pdf").read_bytes()
    assert written.count(b"/S /Figure") == 2
    assert b"/Alt <feff" + said("Slide 1: Узел в лёгком 8 mm") in written
    assert b"/Alt <feff" + said("Slide 2") + b">" in written
    marks = [
        (mark.get_title(), mark.get_dest().get_index())
        for mark in opened(tmp_path / "out").get_toc()
    ]
    assert marks == [("1. Узел в лёгком", 0), ("Slide 2", 1)]
    assert opened(tmp_path / "out").get_metadata_value("Title") == WORDS.title


def test_slides_are_written_one_at_a_time_and_can_be_stopped(tmp_path):
    stills = slides_in(tmp_path / "out", picture(1), picture(2))
    seen: list[int] = []

    def stop() -> None:
        seen.append(1)
        if len(seen) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        with_handout(stills, tmp_path / "out", words=WORDS, on_tick=stop)
    assert len(seen) == 2


def test_readers_of_cross_references_find_every_object(tmp_path):
    stills = slides_in(tmp_path / "out", picture(1), picture(2))
    with_handout(stills, tmp_path / "out", words=WORDS)
    data = (tmp_path / "out" / "slides.pdf").read_bytes()
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    table = io.BytesIO(data[start:])
    assert table.readline() == b"xref\n"
    _first, size = map(int, table.readline().split())
    table.readline()
    for number in range(1, size):
        place = int(table.readline().split()[0])
        assert data[place:].startswith(b"%d 0 obj" % number)
