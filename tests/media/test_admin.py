"""Lectures in the Wagtail admin: who sees and does what, live status, captions, deletion."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from wagtail.models import Collection, Locale
from wagtail.users.models import UserProfile

from jobs.models import WorkState
from media.captions import normalised
from media.domain.lectures import create_lecture
from media.domain.stages import process
from media.domain.work import WORK
from media.failures import failure_sentence
from media.models import Caption, Lecture, LectureState, Stage
from media.queries import usage_counts
from tests.factories import (
    make_course,
    make_lesson,
    make_ready_lecture,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folders")]

CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:02.000\nApices first.\n"


@pytest.fixture
def own(department, author):
    """The author's lecture, in the department's collection; it fails when it is worked on."""
    return create_lecture(
        title="Our lecture",
        language="en",
        file=SimpleUploadedFile("talk.mp4", b"no recording " * 50),
        collection=department.collection,
        uploaded_by=author,
    )


@pytest.fixture
def foreign(db):
    """A lecture in the root collection, where departments have no rights."""
    return make_ready_lecture(title="Somebody else's")


def url(name: str, *arguments) -> str:
    return reverse(f"lectures_admin:{name}", args=arguments)


def upload(client, **fields):
    return client.post(
        url("add"),
        {
            "title": "Head CT",
            "language": "ru",
            "speaker": "",
            "description": "Where to look first",
            "original": SimpleUploadedFile("talk.mp4", b"no recording " * 50),
            **fields,
        },
    )


def test_author_uploads_into_the_departments_collection(client, author, department):
    client.force_login(author)
    answer = upload(client)
    lecture = Lecture.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == url("edit", lecture.pk)
    assert (lecture.title, lecture.language, lecture.uploaded_by) == ("Head CT", "ru", author)
    assert (lecture.collection, lecture.original_name) == (department.collection, "talk.mp4")
    assert lecture.state == LectureState.QUEUED
    assert {stage.kind for stage in lecture.stages.all()} == {
        kind for kind, step in WORK.items() if not step.is_on_request
    }


def test_author_cannot_upload_elsewhere(client, author, department, foreign):
    client.force_login(author)
    upload(client, collection=Collection.get_first_root_node().pk)
    assert Lecture.objects.exclude(pk=foreign.pk).get().collection == department.collection


def test_wrong_upload_keeps_what_was_typed(client, editor):
    client.force_login(editor)
    root = Collection.get_first_root_node().pk
    answer = upload(
        client, title="", collection=root, original=SimpleUploadedFile("empty.mp4", b"")
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Where to look first" in page
    assert "The file is empty." in page
    assert not Lecture.objects.exists()


def test_upload_beyond_the_limit_is_refused_with_both_sizes(client, author, settings):
    settings.LECTURE_MAX_BYTES = 1024
    client.force_login(author)
    answer = upload(client, original=SimpleUploadedFile("big.mp4", bytes(2048)))
    page = answer.content.decode().replace("\xa0", " ")
    assert "This file has 2.0 KB; this site takes at most 1.0 KB." in page
    assert not Lecture.objects.exists()


def test_residents_have_no_business_here(client, resident, foreign):
    client.force_login(resident)
    for address in (
        url("index"),
        url("add"),
        url("edit", foreign.pk),
        url("panel", foreign.pk),
        url("statuses"),
        url("delete", foreign.pk),
        url("add_captions", foreign.pk),
        url("usage", foreign.pk),
    ):
        assert client.get(address).status_code in (302, 403)
    assert client.post(url("retry", foreign.pk)).status_code in (302, 403)


def test_author_sees_and_changes_only_the_departments_lectures(client, author, own, foreign):
    client.force_login(author)
    page = client.get(url("index")).content.decode()
    assert "Our lecture" in page
    assert "Somebody else" not in page
    assert client.get(url("edit", own.pk)).status_code == 200
    for address in (
        url("edit", foreign.pk),
        url("panel", foreign.pk),
        url("delete", foreign.pk),
        url("add_captions", foreign.pk),
        url("usage", foreign.pk),
    ):
        # Wagtail turns a refusal into a redirect to its home page with a message.
        assert client.get(address).status_code in (302, 403), address
    answer = client.get(url("statuses"), {"id": [own.pk, foreign.pk]})
    assert list(answer.json()) == [str(own.pk)]


def test_list_costs_the_same_queries_for_more_lectures(
    client, editor, django_assert_max_num_queries
):
    client.force_login(editor)
    make_ready_lecture(title="First")
    client.get(url("index"))
    with django_assert_max_num_queries(100) as one:
        client.get(url("index"))
    for number in range(3):
        make_ready_lecture(title=f"Further {number}")
    with django_assert_max_num_queries(len(one)):
        client.get(url("index"))


def test_status_shows_progress_while_it_runs_and_the_reason_when_it_failed(client, author, own):
    client.force_login(author)
    Stage.objects.filter(kind="probe").update(state=WorkState.DONE)
    Stage.objects.filter(kind="encode").update(state=WorkState.RUNNING, progress=0.5)
    Lecture.objects.update(state=LectureState.PROCESSING)
    running = client.get(url("statuses"), {"id": own.pk}).json()[str(own.pk)]
    assert 'value="47"' in running
    assert "data-final" not in running
    Stage.objects.update(state=WorkState.WAITING, progress=0)
    assert process(lecture_id=own.pk) == LectureState.FAILED
    failed = client.get(url("statuses"), {"id": own.pk}).json()[str(own.pk)]
    assert "This is a text file, not a recording" in failed
    assert "data-final" in failed


def test_failed_lecture_is_retried_from_its_page(client, author, own):
    process(lecture_id=own.pk)
    client.force_login(author)
    assert "Try again" in client.get(url("edit", own.pk)).content.decode()
    answer = client.post(url("retry", own.pk))
    assert answer["Location"] == url("edit", own.pk)
    own.refresh_from_db()
    assert own.state == LectureState.QUEUED
    assert client.get(url("retry", own.pk)).status_code == 405


def test_transcoding_is_stopped_from_its_page_and_can_be_tried_again(client, author, own):
    client.force_login(author)
    assert "Stop transcoding" in client.get(url("edit", own.pk)).content.decode()
    assert client.post(url("cancel", own.pk))["Location"] == url("edit", own.pk)
    own.refresh_from_db()
    assert own.state == LectureState.FAILED
    page = client.get(url("edit", own.pk)).content.decode()
    assert "Converting was stopped by hand." in page
    assert "Stop transcoding" not in page
    assert "Try again" in page


def test_nobody_stops_the_transcoding_of_others(client, author, foreign):
    client.force_login(author)
    assert client.post(url("cancel", foreign.pk)).status_code in (302, 403)
    foreign.refresh_from_db()
    assert foreign.state == LectureState.READY


def test_failure_is_told_in_the_editors_language(client, author, own):
    process(lecture_id=own.pk)
    profile = UserProfile.get_for_user(author)
    profile.preferred_language = "ru"
    profile.save()
    client.force_login(author)
    page = client.get(url("panel", own.pk)).content.decode()
    with translation.override("ru"):
        assert failure_sentence("TEXT_FILE") in page


def test_ready_lecture_shows_its_player_and_renditions(client, editor, foreign):
    foreign.renditions.create(
        generation=1, name="720p", width=1280, height=720, codec="avc1.64001f",
        bitrate=345_678, size_bytes=5_000_000,
    )  # fmt: skip
    client.force_login(editor)
    page = client.get(url("edit", foreign.pk)).content.decode()
    assert f'src="{foreign.manifest_url}"' in page
    assert "346 kbit/s" in page
    assert "1280 × 720" in page


def test_facts_are_changed_without_touching_the_recording(client, author, own, department):
    original = own.original.name
    client.force_login(author)
    client.post(
        url("edit", own.pk),
        {"title": "New title", "language": "en", "speaker": "Dr N", "description": ""},
    )
    own.refresh_from_db()
    assert (own.title, own.speaker, own.original.name) == ("New title", "Dr N", original)
    assert own.collection == department.collection


def test_captions_are_added_changed_and_removed(client, author, own):
    client.force_login(author)
    client.post(url("add_captions", own.pk), {"language": "en", "webvtt": CAPTIONS})
    assert Caption.objects.get().webvtt == normalised(CAPTIONS)
    assert "Apices first." in client.get(url("edit_captions", own.pk, "en")).content.decode()
    client.post(
        url("edit_captions", own.pk, "en"),
        {"file": SimpleUploadedFile("a.vtt", CAPTIONS.replace("Apices", "Hila").encode())},
    )
    assert "Hila first." in Caption.objects.get().webvtt
    client.post(url("delete_captions", own.pk, "en"))
    assert not Caption.objects.exists()


def test_wrong_captions_are_kept_in_the_form_with_the_line_at_fault(client, author, own):
    client.force_login(author)
    answer = client.post(
        url("add_captions", own.pk), {"language": "ru", "webvtt": "WEBVTT\n\nno times <b>"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Line 3: A caption needs a line like" in page
    assert "no times &lt;b&gt;" in page
    assert not Caption.objects.exists()


def test_captions_that_are_no_text_are_refused(client, author, own):
    client.force_login(author)
    answer = client.post(
        url("add_captions", own.pk),
        {"language": "ru", "file": SimpleUploadedFile("a.vtt", b"\xff\xfe\x00")},
    )
    assert "Line 1: The first line must be WEBVTT." in answer.content.decode()
    assert not Caption.objects.exists()


def test_deletion_asks_first_and_removes_the_files(
    client, editor, own, django_capture_on_commit_callbacks
):
    original = Path(own.original.path)
    client.force_login(editor)
    assert "are removed for good" in client.get(url("delete", own.pk)).content.decode()
    assert original.is_file()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("delete", own.pk))
    assert not Lecture.objects.exists()
    assert not original.exists()


def test_original_has_no_address(client, own):
    name = own.original.name
    assert not (Path(settings.MEDIA_ROOT) / name).exists()
    assert client.get(f"/uploads/{name}", follow=True).status_code == 404


def test_chooser_offers_what_one_may_choose(client, author, own, foreign):
    client.force_login(author)
    page = client.get(reverse("lecture_chooser:choose")).json()["html"]
    assert "Our lecture" in page
    assert "Somebody else" not in page
    assert "Upload" in page
    chosen = client.get(reverse("lecture_chooser:chosen", args=[own.pk])).json()
    assert chosen["result"]["title"] == "Our lecture"
    assert client.get(reverse("lecture_chooser:chosen", args=[foreign.pk])).status_code in (
        302,
        404,
    )


def test_chooser_uploads_a_new_lecture(client, author, department):
    client.force_login(author)
    answer = client.post(
        reverse("lecture_chooser:create"),
        {
            "lecture-upload-title": "Fresh",
            "lecture-upload-language": "en",
            "lecture-upload-original": SimpleUploadedFile("talk.mp4", b"no recording"),
        },
    )
    lecture = Lecture.objects.get()
    assert answer.json()["result"]["id"] == str(lecture.pk)
    assert (lecture.uploaded_by, lecture.collection) == (author, department.collection)
    assert {stage.kind for stage in lecture.stages.all()} == {
        kind for kind, step in WORK.items() if not step.is_on_request
    }


def test_group_settings_offer_lecture_permissions(client, admin_user):
    client.force_login(admin_user)
    page = client.get(reverse("wagtailusers_groups:add")).content.decode()
    assert "Lecture permissions" in page


def test_lesson_form_uses_the_chooser(client, editor):
    from wagtail.admin.forms.models import registry

    from media.chooser import lecture_chooser

    field = Stage._meta.get_field("lecture")
    assert registry.get(field)["widget"] is lecture_chooser.widget_class


def test_usage_counts_pages_in_all_languages_once_each(client, foreign, django_user_model):
    course = make_course()
    body = [("lecture", {"lecture": foreign, "caption": ""})]
    lesson = make_lesson(course, lecture=foreign, body=body)
    russian = Locale.objects.get(language_code="ru")
    translated = lesson.copy_for_translation(russian, copy_parents=True)
    translated.save_revision().publish()
    assert usage_counts([foreign]) == {foreign.pk: 2}

    client.force_login(django_user_model.objects.create_superuser("head@example.com", "x"))
    page = client.get(reverse("lectures_admin:usage", args=[foreign.pk])).content.decode()
    assert "English" in page
    assert "Russian" in page
