"""Captions, chapters, poster and transcript: the editor's pages and the readers'."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from media.captions import parse
from media.domain.captions import save_captions
from media.domain.chapters import InvalidChapters, save_chapters
from media.models import Caption, Lecture
from media.outline import Mark, chapters_webvtt, heading, proposed_chapters, transcript
from tests.factories import make_author, make_department, make_ready_lecture

pytestmark = pytest.mark.django_db

CAPTIONS = """WEBVTT

00:01.000 --> 00:04.000
<v Dr Roe>Look at the apices first.</v>

00:04.000 --> 00:06.000
<v Dr Roe>Then <script>alert(1)</script> the hila.</v>

00:20.000 --> 00:24.000
A question from the ward.
"""
SRT = "1\r\n00:00:01,000 --> 00:00:04,000\r\nСначала верхушки.\r\n"


def images(number: int) -> list[dict]:
    return [
        {"name": f"slide-{number}-{width}.{kind}", "width": width, "height": width * 9 // 16,
         "type": f"image/{kind}"}
        for width in (720, 1280)
        for kind in ("avif", "webp")
    ]  # fmt: skip


def slide(number: int, start_s: float, end_s: float, text: str) -> dict:
    return {"start_s": start_s, "end_s": end_s, "width": 1280, "height": 720, "text": text,
            "images": images(number)}  # fmt: skip


@pytest.fixture
def department():
    return make_department()


@pytest.fixture
def author(department):
    return make_author(department)


@pytest.fixture
def lecture(department) -> Lecture:
    made = make_ready_lecture()
    made.collection = department.collection
    made.stills = {
        "slides": [
            slide(1, 0.0, 15.0, "The chest film\nfirst lines"),
            slide(2, 15.0, 60.0, "Questions <b>"),
        ],
        "storyboard": "storyboard.vtt",
        "waveform": "waveform.json",
        "posters": [{"name": "poster-1.jpg", "at_s": 2.0}, {"name": "poster-2.jpg", "at_s": 20.5}],
    }
    made.stills_directory = "lectures/1/stills-1-1-0123456789abcdef"
    made.save()
    return made


def admin(name: str, *args) -> str:
    return reverse(f"lectures_admin:{name}", args=args)


# --- The editor's pages


def test_captions_in_an_old_encoding_are_taken_from_their_file(client, author, lecture):
    client.force_login(author)
    client.post(
        admin("add_captions", lecture.pk),
        {"language": "ru", "file": SimpleUploadedFile("talk.srt", SRT.encode("cp1251"))},
    )
    assert "Сначала верхушки." in Caption.objects.get().webvtt


def test_file_with_a_fault_is_shown_for_mending(client, author, lecture):
    client.force_login(author)
    broken = SRT + "\r\n2\r\nsoon --> later\r\nне забудьте\r\n"
    answer = client.post(
        admin("add_captions", lecture.pk),
        {"language": "ru", "file": SimpleUploadedFile("talk.srt", broken.encode("cp1251"))},
    )
    page = answer.content.decode()
    assert "Line 6: The times are not written like" in page
    assert "не забудьте" in page
    assert not Caption.objects.exists()


def test_all_captions_are_shifted_together(client, author, lecture):
    client.force_login(author)
    client.post(
        admin("add_captions", lecture.pk),
        {"language": "en", "webvtt": CAPTIONS, "offset_s": "-2.5", "stay": "1"},
    )
    cues = parse(Caption.objects.get().webvtt)
    assert [(cue.start_s, cue.end_s) for cue in cues] == [(0, 1.5), (1.5, 3.5), (17.5, 21.5)]


def test_chapters_are_proposed_from_slides_edited_and_removed(client, author, lecture):
    lecture.stills["slides"][1]["start_s"] = 40.0
    lecture.save()
    client.force_login(author)
    page = client.get(admin("chapters", lecture.pk) + "?propose").content.decode()
    assert "The chest film" in page
    assert "Questions &lt;b&gt;" in page
    rows = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0"}
    filled = {"form-0-start_s": "0:40", "form-0-title": "Pitfalls",
              "form-1-start_s": "00:00", "form-1-title": "Order"}  # fmt: skip
    client.post(admin("chapters", lecture.pk), rows | filled)
    assert [(c.start_s, c.title) for c in lecture.chapters.all()] == [
        (0.0, "Order"),
        (40.0, "Pitfalls"),
    ]
    client.post(admin("chapters", lecture.pk), rows)
    assert not lecture.chapters.exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("soon", "Order"), "Write the time like 12:30"),
        (("", "Order"), "When does this chapter begin?"),
        (("0:10", ""), "Give this chapter a title"),
        (("2:00", "Late"), "The lecture has ended by then."),
    ],
)
def test_wrong_chapter_is_told_and_kept(client, author, lecture, row, words):
    start, title = row
    client.force_login(author)
    answer = client.post(
        admin("chapters", lecture.pk),
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0",
         "form-0-start_s": start, "form-0-title": title},
    )  # fmt: skip
    page = answer.content.decode()
    assert words in page
    assert f'value="{start}"' in page or not start
    assert not lecture.chapters.exists()


def test_poster_is_chosen_among_the_candidates(client, author, lecture):
    client.force_login(author)
    assert "poster-2.jpg" in client.get(admin("poster", lecture.pk)).content.decode()
    client.post(admin("poster", lecture.pk), {"at_s": "20.5"})
    lecture.refresh_from_db()
    assert lecture.poster_url.endswith("/poster-2.jpg")
    assert client.post(admin("poster", lecture.pk), {"at_s": "7.0"}).status_code == 200


def test_strangers_change_nothing(client, resident, lecture):
    client.force_login(resident)
    for name in ("add_captions", "chapters", "poster"):
        assert client.get(admin(name, lecture.pk)).status_code in (302, 403, 404)
    assert client.post(admin("stills", lecture.pk)).status_code in (302, 403, 404)
    assert not Caption.objects.exists()


def test_chapters_that_would_break_the_list_are_refused(lecture):
    for marks in ([Mark(1, "a"), Mark(1.01, "b")], [Mark(-1, "a")], [Mark(1, " ")]):
        with pytest.raises(InvalidChapters):
            save_chapters(lecture=lecture, marks=marks)


# --- The readers' pages


def test_chapters_are_a_track_from_slides_until_an_author_sets_them(client, lecture):
    lecture.stills["slides"][1]["start_s"] = 40.0
    lecture.save()
    address = reverse("lectures:chapters", args=[lecture.pk])
    assert "Questions &lt;b&gt;" in client.get(address).content.decode()
    save_chapters(lecture=lecture, marks=[Mark(0, "All"), Mark(30, "Rest & more")])
    answer = client.get(address)
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert [(c.start_s, c.end_s, c.text) for c in parse(answer.content.decode())] == [
        (0, 30, "All"),
        (30, 60, "Rest &amp; more"),
    ]
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_lecture_without_chapters_has_an_empty_track(client):
    address = reverse("lectures:chapters", args=[make_ready_lecture().pk])
    assert client.get(address).content.decode().strip() == "WEBVTT"


def test_captions_are_downloaded_as_subrip(client, lecture):
    save_captions(lecture=lecture, language="en", webvtt=CAPTIONS)
    answer = client.get(reverse("lectures:captions_srt", args=[lecture.pk, "en"]))
    assert "00:00:01,000 --> 00:00:04,000\nLook at the apices first.\n" in answer.content.decode()
    assert f'filename="lecture-{lecture.pk}.en.srt"' in answer["Content-Disposition"]


def test_transcript_reads_as_paragraphs_with_slides_and_times(client, lecture):
    save_captions(lecture=lecture, language="en", webvtt=CAPTIONS)
    answer = client.get(reverse("lectures:transcript", args=[lecture.pk]))
    page = answer.content.decode()
    assert answer["Content-Language"] == "en"
    assert 'href="?t=1.0#lecture"' in page
    assert "<strong>Dr Roe:</strong>" in page
    text = page[page.index("transcript-title") :]
    assert text.index("slide-1-1280.webp") < text.index("Look at the apices first.")
    assert text.index("the hila.") < text.index("slide-2-1280.webp") < text.index("from the ward")
    assert "<script>alert" not in page
    assert 'rel="canonical" href="http://testserver/lectures/' in page
    assert '<meta name="description" content="Look at the apices first.' in page


def test_transcript_speaks_the_language_of_its_captions(client, lecture):
    save_captions(lecture=lecture, language="en", webvtt=CAPTIONS)
    save_captions(lecture=lecture, language="ar", webvtt=CAPTIONS.replace("Look", "انظر"))
    page = client.get(reverse("lectures:transcript_in", args=[lecture.pk, "ar"])).content.decode()
    assert '<html lang="ar" dir="rtl"' in page
    assert 'hreflang="en"' in page
    assert client.get(f"/lectures/{lecture.pk}/transcript/ru/", follow=True).status_code == 404


def test_lecture_without_captions_has_its_slides_words_or_no_transcript(client, lecture):
    page = client.get(reverse("lectures:transcript", args=[lecture.pk])).content.decode()
    assert "The chest film" in page
    silent = f"/lectures/{make_ready_lecture().pk}/transcript/"
    assert client.get(silent, follow=True).status_code == 404


# --- What they are made of


def test_paragraphs_end_at_pauses_speakers_and_long_sentences():
    sentence = "A sentence of some length that ends here."
    cues = parse(
        "WEBVTT\n\n"
        + "\n".join(f"00:{n:02}.000 --> 00:{n + 1:02}.000\n{sentence}\n" for n in range(20))
        + "\n00:40.000 --> 00:41.000\nAfter a pause.\n"
    )
    found = transcript(cues, slides=[], marks=[])
    assert [len(paragraph.pieces) for paragraph in found] == [11, 9, 1]


def test_chapters_are_no_shorter_than_half_a_minute(lecture):
    lecture.stills["slides"] = [
        slide(n, 10.0 * n, 10.0 * n + 10, f"Heading {n // 2} {'abcdef'[n // 2]}bc")
        for n in range(12)
    ]
    starts = [mark.start_s for mark in proposed_chapters(lecture)]
    assert starts == [0.0, 40.0, 80.0]


def test_heading_is_the_first_line_with_a_word():
    assert heading("1 2\n— •\nChest radiograph —\nmore") == "Chest radiograph"
    assert heading("12 34") == ""


def test_chapter_track_bears_any_title():
    text = chapters_webvtt([Mark(0, "a --> b\n\n<i>"), Mark(5, "x")], duration_s=4)
    assert [cue.text for cue in parse(text)] == ["a --&gt; b &lt;i&gt;", "x"]
