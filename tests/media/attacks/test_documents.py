"""Hostile slides end as a refusal with a sentence, or as pages that show no more than they may.

The box is left off, as in `test_attacks.py`, so that the other layers must hold by themselves.
"""

import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from media.pipeline import deck
from media.pipeline.office_parts import harmless_copy
from media.pipeline.refusals import SENTENCES, Refused
from tests.media.attacks.conftest import SECRET
from tests.media.attacks.documents import PDFS, Attack
from tests.media.attacks.powerpoints import POWERPOINTS, REFUSED_POWERPOINTS, Link, linking, pptx
from tests.media.attacks.test_attacks import cpu_s

PAGE_CPU_S = 1.0
# To start LibreOffice, or to draw for a second, on a machine that does other things, too.
AFFORDABLE_CPU_S = 20.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches files by inotify")

needs_office = pytest.mark.skipif(
    deck.find_office() is None, reason="LibreOffice Impress is not installed"
)


@pytest.fixture
def unboxed(monkeypatch):
    monkeypatch.setenv("VIEWBOX_SANDBOX", "none")
    monkeypatch.setattr(deck, "_PAGE_CPU_S", PAGE_CPU_S)


@pytest.mark.parametrize("attack", PDFS, ids=lambda attack: attack.name)
def test_hostile_pdf_is_refused_or_harmless(attack, unboxed, lure, untouched, tmp_path):
    meet(attack, lure, untouched, tmp_path)


@needs_office
@pytest.mark.parametrize("attack", POWERPOINTS[:2], ids=lambda attack: attack.name)
def test_hostile_powerpoint_is_refused_or_harmless(attack, unboxed, lure, untouched, tmp_path):
    meet(attack, lure, untouched, tmp_path)


@pytest.mark.thorough
@needs_office
@pytest.mark.parametrize("attack", POWERPOINTS[2:], ids=lambda attack: attack.name)
def test_more_hostile_powerpoints(attack, unboxed, lure, untouched, tmp_path):
    meet(attack, lure, untouched, tmp_path)


@pytest.mark.parametrize("attack", REFUSED_POWERPOINTS, ids=lambda attack: attack.name)
def test_powerpoint_that_asks_too_much_is_refused_before_it_is_opened(attack, lure, tmp_path):
    document = tmp_path / attack.name
    document.write_bytes(attack.build(lure))
    with pytest.raises(Refused) as refused:
        harmless_copy(document, tmp_path / "copy.pptx", most_slides=deck.MOST_PAGES)
    assert (refused.value.code,) == attack.ends


def test_harmless_copy_leads_nowhere_and_keeps_slides_and_hyperlinks(lure, tmp_path):
    links = [Link("hyperlink", lure.url), Link("image", lure.url), Link("image", "../media/a.png")]
    parts = {"ppt/media/a.svg": b"<svg/>", "ppt/vbaProject.bin": b"x", "../owned": b"x"}
    document, copy = tmp_path / "a.pptx", tmp_path / "copy.pptx"
    document.write_bytes(pptx(["One", "Two"], links=links, parts=parts))
    harmless_copy(document, copy, most_slides=2)
    with zipfile.ZipFile(document) as before, zipfile.ZipFile(copy) as after:
        assert set(before.namelist()) - set(after.namelist()) == set(parts)
        assert after.read("ppt/slides/slide2.xml") == before.read("ppt/slides/slide2.xml")
        kept = after.read("ppt/slides/_rels/slide1.xml.rels").decode()
    assert re.findall(r'Type="[^"]*/(\w+)"', kept) == ["hyperlink"]


@pytest.mark.parametrize(
    "place", ["embeddings/oleObject1.bin", "Embeddings/a.xlsx", "activeX/a.bin"]
)
def test_harmless_copy_holds_nothing_that_is_embedded(place, tmp_path):
    links = [Link("oleObject", f"../{place}", is_outside=False)]
    document, copy = tmp_path / "a.pptx", tmp_path / "copy.pptx"
    document.write_bytes(pptx(["One"], links=links, parts={f"ppt/{place}": b"x"}))
    harmless_copy(document, copy, most_slides=1)
    with zipfile.ZipFile(copy) as after:
        assert f"ppt/{place}" not in after.namelist()
        assert b"oleObject" not in after.read("ppt/slides/_rels/slide1.xml.rels")


@pytest.mark.parametrize("kind", ["oleObject", "package", "control", "vbaProject"])
def test_harmless_copy_does_not_lead_to_an_embedded_object_under_another_name(kind, tmp_path):
    links = [Link(kind, "../media/a.png", is_outside=False)]
    links += [Link("image", "../media/a.png", is_outside=False)]
    document, copy = tmp_path / "a.pptx", tmp_path / "copy.pptx"
    document.write_bytes(pptx(["One"], links=links, parts={"ppt/media/a.png": b"x"}))
    harmless_copy(document, copy, most_slides=1)
    with zipfile.ZipFile(copy) as after:
        kept = after.read("ppt/slides/_rels/slide1.xml.rels").decode()
    assert re.findall(r'Type="[^"]*/(\w+)"', kept) == ["image"]


def highest_memory_bytes() -> int:
    """The most memory that any child process of this one has held so far, of other tests too."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10


def meet(attack: Attack, lure, untouched, tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    document = inbox / attack.name
    document.write_bytes(attack.build(lure))
    began_s, highest_before = cpu_s(), highest_memory_bytes()
    try:
        pages, code = deck.render_pages(document, out), None
    except Refused as refused:
        pages, code = (), refused.code
    assert code in attack.ends
    assert code is None or SENTENCES[code]
    assert (code is None) == bool(pages)
    assert cpu_s() - began_s < AFFORDABLE_CPU_S
    assert highest_memory_bytes() <= max(highest_before, deck._RENDER_LIMITS.memory_bytes)
    untouched()
    assert [path.name for path in inbox.iterdir()] == [attack.name]
    # Nothing ran, and nothing climbed out of its folder.
    assert {path.name for path in tmp_path.iterdir()} <= {"elsewhere", "inbox", "out"}
    assert [path.name for path in lure.file.parent.iterdir()] == [lure.file.name]
    for file in out.rglob("*"):
        assert not file.is_file() or SECRET not in file.read_bytes()


@needs_office
def test_lure_would_be_taken_without_the_harmless_copy(lure, untouched, visited, tmp_path):
    """The attack is real: given to LibreOffice as it is, the same file opens and asks."""
    document = tmp_path / "linking.pptx"
    document.write_bytes(linking(lure))
    convert = (
        "import os, sys; from pathlib import Path; "
        "from media.pipeline.office_child import convert; "
        "convert(*map(Path, sys.argv[1:])); os._exit(0)"
    )
    arguments = [str(deck.find_office()), str(document), str(tmp_path)]
    subprocess.run([sys.executable, "-c", convert, *arguments], check=True)
    assert visited[1] != []
    with pytest.raises(AssertionError, match="the local file was opened"):
        untouched()


@needs_office
@pytest.mark.parametrize("wall", ["landlock", "namespaces", "bwrap"])
def test_powerpoint_becomes_pages_behind_every_wall(wall, tmp_path, monkeypatch):
    monkeypatch.setenv("VIEWBOX_SANDBOX", wall)
    document = tmp_path / "document"
    document.write_bytes(pptx(["Lung nodules", "Узелки", "عقيدات"]))
    try:
        pages = deck.render_pages(document, tmp_path / "out")
    except Refused as refused:
        if refused.code.value == "NO_SANDBOX":
            pytest.skip(f"this machine has no {wall}")
        raise
    assert [page.text for page in pages] == ["Lung nodules", "Узелки", "عقيدات"]
    assert {(page.width, page.height) for page in pages} == {(1920, 1080)}
