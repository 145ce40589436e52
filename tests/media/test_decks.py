"""Slides from a PDF and a recorded voice become one lecture, timed by its author."""

import io
import re
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jobs.domain.leases import claim
from jobs.models import WorkState
from media.domain.decks import InvalidStarts, attach_deck, deck_of, time_slides
from media.domain.lectures import delete_lecture, transcode_again
from media.domain.stages import process, run_stage
from media.models import Lecture, LectureState, SlideDeck, Stage, private_storage
from media.pipeline.deck import find_office
from media.pipeline.refusals import Refusal, Refused
from media.queries import failure_code
from tests.factories import make_ready_lecture
from tests.media.attacks.powerpoints import pptx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cheap_policy(own_folders, settings):
    settings.LECTURE_POLICY = "reach"


def pdf(pages: int = 3) -> bytes:
    document = pdfium.PdfDocument.new()
    for _ in range(pages):
        document.new_page(320, 180)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def slides(content: bytes | None = None, name: str = "talk.pdf") -> File:
    return SimpleUploadedFile(name, pdf() if content is None else content)


def times(lecture: Lecture) -> list[tuple[float, float]]:
    return [(slide["start_s"], slide["end_s"]) for slide in lecture.stills["slides"]]


def test_voice_and_pages_become_a_lecture_that_is_made_anew_at_new_times(import_recording):
    voice = import_recording("voice.mp3", slides=slides())
    assert process(lecture_id=voice.pk) == LectureState.READY
    voice.refresh_from_db()
    assert voice.has_picture
    assert voice.fallback.endswith(".mp4")
    assert voice.duration_s == pytest.approx(4.0, abs=0.3)
    # Evenly, as long as nobody has said when.
    assert [start_s for start_s, _end_s in times(voice)] == pytest.approx([0, 1.3, 2.7], abs=0.11)
    assert all(voice.stills[name] for name in ("posters", "storyboard", "waveform"))
    assert len(voice.deck.pages) == 3

    time_slides(deck=voice.deck, starts_s=[0.0, None, 2.0])
    transcode_again(lecture=voice)
    assert process(lecture_id=voice.pk) == LectureState.READY
    voice.refresh_from_db()
    assert times(voice) == [(0.0, 2.0), (2.0, pytest.approx(4.0, abs=0.3))]


@pytest.fixture
def timed(db) -> Lecture:
    """A lecture that plays, with three pages that were read before."""
    lecture = make_ready_lecture(duration_s=4.0)
    deck = attach_deck(lecture=lecture, document=slides())
    deck.pages, deck.starts_s = ["Chest", "", "Lung"], [0.0, 1.3, 2.7]
    deck.save()
    return lecture


@pytest.mark.parametrize("starts_s", [[], [0.0], [None, None, None], [0.0, -1.0, 2.0]])
def test_times_that_show_nothing_are_refused(timed, starts_s):
    with pytest.raises(InvalidStarts):
        time_slides(deck=timed.deck, starts_s=starts_s)


def test_reel_that_was_swept_is_made_again(import_recording, settings):
    lecture = import_recording("voice.mp3", slides=slides())
    work = Path(settings.WORK_ROOT)
    probed = lecture.stages.get(kind="probe")
    run_stage(lease=claim(model=Stage, pk=probed.pk, holder="me"))
    reels = list(work.rglob("reel.mkv"))
    assert len(reels) == 1
    reels[0].unlink()
    sound = lecture.stages.get(kind="encode", part="sound.000")
    run_stage(lease=claim(model=Stage, pk=sound.pk, holder="me"))
    sound.refresh_from_db()
    assert sound.state == WorkState.DONE
    assert reels[0].exists()


def test_document_goes_with_its_lecture(timed, django_capture_on_commit_callbacks):
    name = timed.deck.document.name
    assert private_storage().exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        delete_lecture(lecture=timed)
    assert not private_storage().exists(name)
    assert not SlideDeck.objects.exists()


def test_damaged_slides_fail_the_lecture_with_a_sentence(import_recording):
    broken = b"%PDF-1.7\n" + bytes(range(256)) * 8
    lecture = import_recording("voice.mp3", slides=slides(broken))
    assert process(lecture_id=lecture.pk) == LectureState.FAILED
    assert failure_code(lecture) == Refusal.SLIDES_UNREADABLE


def test_slides_without_a_voice_fail_the_lecture_with_a_sentence(import_recording):
    lecture = import_recording("silent.mp4", slides=slides())
    assert process(lecture_id=lecture.pk) == LectureState.FAILED
    assert failure_code(lecture) == Refusal.NO_VOICE


@pytest.mark.skipif(find_office() is None, reason="LibreOffice Impress is not installed")
def test_voice_and_powerpoint_become_a_lecture(import_recording):
    spoken = import_recording("voice.mp3", slides=slides(pptx(["Chest", "Узелки"]), "talk.pptx"))
    assert process(lecture_id=spoken.pk) == LectureState.READY
    spoken.refresh_from_db()
    assert spoken.deck.pages == ["Chest", "Узелки"]
    assert [slide["text"] for slide in spoken.stills["slides"]] == ["Chest", "Узелки"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Dear editor", Refusal.NOT_SLIDES),
        (b"\x89PNG\r\n\x1a\n", Refusal.NOT_SLIDES),
        (b"PK\x03\x04" + b"word/document.xml", Refusal.NOT_SLIDES),
        (b"PK\x03\x04" + b"ppt/presentation.xml", Refusal.OFFICE_MISSING),
    ],
)
def test_what_holds_no_slides_is_refused_at_once(import_recording, monkeypatch, content, code):
    monkeypatch.setattr("media.pipeline.deck.find_office", lambda: None)
    lecture = import_recording("voice.mp3")
    with pytest.raises(Refused) as refused:
        attach_deck(lecture=lecture, document=slides(content))
    assert refused.value.code is code
    assert deck_of(lecture) is None


class TestInTheAdmin:
    @pytest.fixture
    def desk(self, client, editor):
        client.force_login(editor)
        return client

    def test_voice_is_uploaded_with_its_slides(self, desk, recording):
        with recording("voice.mp3").open("rb") as opened:
            answer = desk.post(
                reverse("lectures_admin:add"),
                {"original": opened, "slides": slides(), "title": "Nodules", "language": "en"},
            )
        lecture = Lecture.objects.get()
        assert answer.headers["Location"] == reverse("lectures_admin:edit", args=[lecture.pk])
        assert lecture.deck.document_name == "talk.pdf"

    def test_chooser_takes_a_voice_with_its_slides(self, desk, recording):
        form = {"lecture-upload-title": "Nodules", "lecture-upload-language": "en"}
        with recording("voice.mp3").open("rb") as opened:
            answer = desk.post(
                reverse("lecture_chooser:create"),
                {**form, "lecture-upload-original": opened, "lecture-upload-slides": slides()},
            )
        lecture = Lecture.objects.get()
        assert answer.json()["result"]["id"] == str(lecture.pk)
        assert lecture.deck.document_name == "talk.pdf"

    def test_chooser_refuses_slides_that_are_none_and_keeps_nothing(self, desk, recording):
        form = {"lecture-upload-title": "Nodules", "lecture-upload-language": "en"}
        none = slides(b"Dear editor")
        with recording("voice.mp3").open("rb") as opened:
            answer = desk.post(
                reverse("lecture_chooser:create"),
                {**form, "lecture-upload-original": opened, "lecture-upload-slides": none},
            )
        assert "This file holds no slides" in answer.json()["htmlFragment"]
        assert not Lecture.objects.exists()
        assert not SlideDeck.objects.exists()

    def test_chooser_asks_for_slides_right_after_the_recording(self, desk):
        page = desk.get(reverse("lecture_chooser:choose")).json()["html"]
        names = re.findall(r'name="lecture-upload-(\w+)"', page)
        assert names[names.index("original") + 1] == "slides"

    def test_slides_that_are_none_are_refused_with_a_sentence(self, desk, recording):
        with recording("voice.mp3").open("rb") as opened:
            answer = desk.post(
                reverse("lectures_admin:add"),
                {"original": opened, "slides": slides(b"Dear editor"), "language": "en"},
            )
        assert "This file holds no slides" in answer.content.decode()
        assert not Lecture.objects.exists()

    def test_times_are_read_as_clocks_and_kept(self, desk, timed):
        address = reverse("lectures_admin:slides", args=[timed.pk])
        page = desk.get(address).content.decode()
        assert page.count("data-slides-now") == 3
        answer = desk.post(address, formset(["0:00", "0:01.5", ""]))
        assert answer.status_code == 302
        timed.refresh_from_db()
        assert timed.deck.starts_s == [0.0, 1.5, None]
        assert timed.generation == 2
        assert timed.is_ready

    @pytest.mark.parametrize(
        ("clocks", "sentence"),
        [
            (["0:00", "0:00", "0:02"], "Another slide is shown from this second on."),
            (["0:00", "0:01", "9:00"], "The lecture has ended by then."),
            (["", "", ""], "Give at least one slide a time."),
            (["0:00", "soon", ""], "Write the time like 12:30 or 1:02:30."),
        ],
    )
    def test_impossible_times_are_told_and_change_nothing(self, desk, timed, clocks, sentence):
        before = timed.deck.starts_s
        answer = desk.post(reverse("lectures_admin:slides", args=[timed.pk]), formset(clocks))
        assert sentence in answer.content.decode()
        timed.deck.refresh_from_db()
        assert timed.deck.starts_s == before

    def test_slides_can_be_added_and_removed_later(self, desk, import_recording):
        lecture = import_recording("voice.mp3")
        address = reverse("lectures_admin:slides", args=[lecture.pk])
        desk.post(address, {"choose": "1", "document": slides()})
        assert deck_of(lecture)
        desk.post(reverse("lectures_admin:remove_slides", args=[lecture.pk]))
        assert deck_of(lecture) is None

    def test_others_lectures_are_out_of_reach(self, client, timed, resident):
        client.force_login(resident)
        answer = client.post(
            reverse("lectures_admin:slides", args=[timed.pk]), formset(["0:00", "", ""])
        )
        assert answer.status_code in {302, 403, 404}
        timed.refresh_from_db()
        assert timed.generation == 1


def formset(clocks: list[str]) -> dict[str, str]:
    return {
        "form-TOTAL_FORMS": str(len(clocks)),
        "form-INITIAL_FORMS": str(len(clocks)),
        **{f"form-{number}-start_s": clock for number, clock in enumerate(clocks)},
    }
