"""Finished uploads become lectures: by moving, exactly once; and what is swept."""

import os
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection

from media.models import Lecture, LectureState, Upload
from media.uploads import sweeping
from media.uploads.domain import UploadGone, incoming, original_name
from media.uploads.sweeping import sweep_uploads
from media.uploads.using import (
    UploadUnfinished,
    create_lecture_of,
    place,
    replace_recording,
)
from tests.factories import make_ready_lecture

from .conftest import recording_bytes

pytestmark = pytest.mark.django_db
DATA = recording_bytes(5000)


@pytest.fixture
def finished(tus, upload_of):
    """A function that uploads `DATA` whole and gives the row."""

    def make(data: bytes = DATA, name: str = "Chest_film talk.mp4") -> Upload:
        url = tus.open(len(data), name)
        assert tus.patch(url, 0, data).status_code == 204
        return upload_of(url)

    return make


def drafted(**fields) -> Lecture:
    collection = Collection.get_first_root_node()
    return Lecture(**{"title": "Talk", "language": "en", "collection": collection, **fields})


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


# --- Created --------------------------------------------------------------------------------------


def test_recording_is_moved_not_copied(finished, private_root):
    upload = finished()
    inode = incoming(upload).path.stat().st_ino
    lecture = create_lecture_of(upload=upload, lecture=drafted())
    assert Path(lecture.original.path).stat().st_ino == inode
    assert Path(lecture.original.path).read_bytes() == DATA
    assert (lecture.original_name, lecture.original_bytes) == ("Chest_film talk.mp4", 5000)
    assert lecture.state == LectureState.QUEUED
    assert lecture.stages.exists()
    assert list((private_root / "incoming").iterdir()) == []


def test_asking_twice_makes_one_lecture(finished):
    upload = finished()
    first = create_lecture_of(upload=upload, lecture=drafted())
    second = create_lecture_of(upload=upload, lecture=drafted(title="Another"))
    assert first == second
    assert Lecture.objects.count() == 1


def test_crash_between_moving_and_the_transaction_loses_nothing(finished):
    upload = finished()
    place(upload=upload)
    lecture = create_lecture_of(upload=Upload.objects.get(pk=upload.pk), lecture=drafted())
    assert Path(lecture.original.path).read_bytes() == DATA


def test_failed_transaction_leaves_an_upload_that_can_be_used_again(finished):
    upload = finished()
    with pytest.raises(ValueError, match="expected a number"):
        create_lecture_of(upload=upload, lecture=Lecture(title="No collection", collection_id="x"))
    lecture = create_lecture_of(upload=upload, lecture=drafted())
    assert Path(lecture.original.path).read_bytes() == DATA


def test_unfinished_upload_makes_no_lecture(tus, upload_of):
    url = tus.open(5000)
    tus.patch(url, 0, DATA[:4999])
    with pytest.raises(UploadUnfinished):
        create_lecture_of(upload=upload_of(url), lecture=drafted())


def test_upload_of_a_deleted_lecture_is_not_used_again(finished):
    from media.domain.lectures import delete_lecture

    upload = finished()
    delete_lecture(lecture=create_lecture_of(upload=upload, lecture=drafted()))
    with pytest.raises(UploadGone):
        create_lecture_of(upload=upload, lecture=drafted())


def test_used_upload_cannot_be_continued_or_removed(tus, finished):
    upload = finished()
    lecture = create_lecture_of(upload=upload, lecture=drafted())
    url = reverse("lectures:uploads:upload", args=[upload.pk])
    assert tus.head(url).status_code == 410
    assert tus.delete(url).status_code == 410
    assert Path(lecture.original.path).exists()


# --- Replaced -------------------------------------------------------------------------------------


def test_replaced_recording_keeps_the_address_and_what_plays(finished):
    lecture = create_lecture_of(upload=finished(), lecture=drafted())
    old = Path(lecture.original.path)
    Lecture.objects.filter(pk=lecture.pk).update(
        manifest="master.m3u8", directory="lectures/1/1-1", state=LectureState.READY
    )
    newer = recording_bytes(6000, seed=2)
    replace_recording(upload=finished(newer, "better.mp4"), lecture=lecture)
    lecture.refresh_from_db()
    assert (lecture.manifest, lecture.generation) == ("master.m3u8", 2)
    assert lecture.state == LectureState.QUEUED
    assert Path(lecture.original.path).read_bytes() == newer
    assert lecture.original_name == "better.mp4"
    assert old.exists()
    sweep_uploads()
    assert old.exists()  # until the new one plays
    Lecture.objects.filter(pk=lecture.pk).update(
        state=LectureState.READY, published_at=timezone.now()
    )
    sweep_uploads()
    assert not old.exists()
    assert Path(lecture.original.path).exists()


def test_replacing_twice_by_one_upload_is_one_transcoding(finished):
    lecture = create_lecture_of(upload=finished(), lecture=drafted())
    upload = finished(recording_bytes(6000))
    replace_recording(upload=upload, lecture=lecture)
    replace_recording(upload=upload, lecture=lecture)
    assert Lecture.objects.get().generation == 2
    other = make_ready_lecture()
    with pytest.raises(UploadGone):
        replace_recording(upload=upload, lecture=other)


# --- Forms ----------------------------------------------------------------------------------------


def post(client, **fields):
    facts = {"title": "", "language": "en", "speaker": "Dr Test", "description": ""}
    return client.post(reverse("lectures_admin:add"), {**facts, **fields})


def test_one_upload_becomes_a_lecture_named_by_the_form(tus, finished):
    upload = finished()
    answer = post(tus.client, title="Chest film", upload=[str(upload.pk)])
    lecture = Lecture.objects.get()
    assert answer["Location"] == reverse("lectures_admin:edit", args=[lecture.pk])
    assert (lecture.title, lecture.speaker) == ("Chest film", "Dr Test")
    assert lecture.uploaded_by == upload.owner


def test_several_uploads_become_lectures_with_their_own_titles(tus, finished):
    one, two = finished(name="first_part.mp4"), finished(recording_bytes(100), "b.mp4")
    answer = post(
        tus.client,
        upload=[str(one.pk), str(two.pk)],
        visibility="members",
        **{f"title-{two.pk}": "Second part"},
    )
    assert answer["Location"] == reverse("lectures_admin:index")
    assert set(Lecture.objects.values_list("title", "speaker", "visibility")) == {
        ("first part", "Dr Test", "members"),
        ("Second part", "Dr Test", "members"),
    }


def test_form_sent_twice_makes_one_lecture_each(tus, finished):
    keys = [str(finished().pk), str(finished(recording_bytes(100)).pk)]
    post(tus.client, upload=keys)
    post(tus.client, upload=keys)
    assert Lecture.objects.count() == 2


def test_plain_form_sent_twice_makes_one_lecture(tus):
    key = str(uuid.uuid4())
    for _time in range(2):
        file = SimpleUploadedFile("plain.mp4", DATA)
        post(tus.client, original=file, submission=key)
    lecture = Lecture.objects.get()
    assert Path(lecture.original.path).read_bytes() == DATA
    assert lecture.title == "plain"


def test_nothing_chosen_and_unfinished_uploads_are_told(tus):
    assert "Choose a recording." in post(tus.client).content.decode()
    url = tus.open(5000)
    page = post(tus.client, upload=[url.rstrip("/").rsplit("/", 1)[1]]).content.decode()
    assert "talk.mp4 has not arrived completely" in page
    assert not Lecture.objects.exists()


def test_another_persons_upload_makes_no_lecture(tus, finished, editor, client):
    upload = finished()
    client.force_login(editor)
    page = post(client, upload=[str(upload.pk)], collection=1).content.decode()
    assert "no longer kept" in page
    assert not Lecture.objects.exists()


def test_unfinished_uploads_are_listed_and_can_be_removed_without_script(tus, upload_of):
    url = tus.open(5000, name="half way.mp4")
    tus.patch(url, 0, DATA[:1000])
    address = reverse("lectures_admin:add")
    assert "half way.mp4" in tus.client.get(address).content.decode()
    tus.client.post(reverse("lectures_admin:remove_upload", args=[upload_of(url).pk]))
    assert "half way.mp4" not in tus.client.get(address, follow=True).content.decode().replace(
        "half way.mp4 is removed", ""
    )
    assert not Upload.objects.exists()


def test_recording_is_replaced_through_its_page(tus, finished, author):
    collection = author.departments.first().collection
    lecture = create_lecture_of(
        upload=finished(), lecture=drafted(collection=collection, uploaded_by=author)
    )
    address = reverse("lectures_admin:replace", args=[lecture.pk])
    assert tus.client.get(address).status_code == 200
    assert "Choose a recording." in tus.client.post(address, {}).content.decode()
    tus.client.post(address, {"upload": [str(finished(recording_bytes(200)).pk)]})
    assert Lecture.objects.get().generation == 2
    foreign = make_ready_lecture()
    answer = tus.client.post(
        reverse("lectures_admin:replace", args=[foreign.pk]),
        {"upload": [str(finished(recording_bytes(200)).pk)]},
    )
    assert answer.status_code in (302, 403)
    foreign.refresh_from_db()
    assert foreign.generation == 1


# --- Swept ----------------------------------------------------------------------------------------


def test_expired_upload_goes_with_its_bytes_wherever_they_are(
    tus, finished, upload_of, private_root
):
    url = tus.open(5000)
    placed = finished()
    place(upload=placed)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sweep_uploads() == 2
    assert not Upload.objects.exists()
    assert [path for path in private_root.rglob("*") if path.is_file()] == []
    assert tus.head(url).status_code == 410


def test_each_piece_prolongs_the_upload(tus, upload_of):
    url = tus.open(5000)
    Upload.objects.update(expires_at=timezone.now() + timedelta(seconds=1))
    tus.patch(url, 0, DATA[:10])
    assert upload_of(url).expires_at > timezone.now() + timedelta(days=6)


def test_files_of_unknown_uploads_go_after_a_week(tus, incoming_folder):
    url = tus.open(5000)
    fresh, old = incoming_folder / "00.part", incoming_folder / "01.part"
    for path in (fresh, old):
        path.touch()
    age(old, sweeping.UNKNOWN_KEPT_S + 60)
    for path in incoming_folder.glob("*"):
        if path not in (fresh, old):
            age(path, sweeping.UNKNOWN_KEPT_S + 60)
    sweep_uploads()
    assert (fresh.exists(), old.exists()) == (True, False)
    assert tus.offset(url) == 0


def test_used_uploads_are_forgotten_after_a_day_and_their_lectures_stay(finished):
    lecture = create_lecture_of(upload=finished(), lecture=drafted())
    sweep_uploads()
    assert Upload.objects.count() == 1
    Upload.objects.update(used_at=timezone.now() - timedelta(days=2))
    sweep_uploads()
    assert not Upload.objects.exists()
    assert Path(lecture.original.path).exists()


def test_what_a_killed_server_left_of_a_form_goes_after_a_day(settings, tmp_path, db):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    fresh, old = tmp_path / "a.upload.mp4", tmp_path / "b.upload.mp4"
    for path in (fresh, old):
        path.touch()
    age(old, sweeping.MULTIPART_KEPT_S + 60)
    sweep_uploads()
    assert (fresh.exists(), old.exists()) == (True, False)


def test_original_name_is_our_own(finished):
    upload = finished(name="../../etc/passwd.sh;rm")
    assert upload.name == "passwd.sh;rm"
    assert original_name(upload=upload).endswith(upload.pk.hex)
