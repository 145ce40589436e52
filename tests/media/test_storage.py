"""The room that lectures take, and the way back to what was uploaded."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from media.domain.lectures import create_lecture
from media.models import Lecture, Rendition
from media.storage import by_collection, with_storage
from tests.factories import make_author, make_department

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folders")]

RECORDING = b"no recording " * 50
REPORT = "lectures_admin:storage"


@pytest.fixture
def stranger():
    return make_author(make_department("Another department"), email="other@example.com")


def make_lecture(department, author, *, title="Our lecture", made=(300, 200)) -> Lecture:
    lecture = create_lecture(
        title=title,
        language="en",
        file=SimpleUploadedFile("Доклад «КТ».mp4", RECORDING),
        collection=department.collection,
        uploaded_by=author,
    )
    for number, size in enumerate(made):
        Rendition.objects.create(
            lecture=lecture, generation=1, name=f"{number}p", codec="h264", bitrate=1,
            size_bytes=size,
        )  # fmt: skip
    return lecture


def test_author_takes_the_recording_back_as_it_was_uploaded(client, department, author):
    lecture = make_lecture(department, author)
    client.force_login(author)
    address = reverse("lectures_admin:original", args=[lecture.pk])
    assert address in client.get(reverse("lectures_admin:edit", args=[lecture.pk])).text
    answer = client.get(address)
    assert answer.getvalue() == RECORDING
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "attachment" in answer["Content-Disposition"]
    assert "%D0%94" in answer["Content-Disposition"]


def test_a_broken_off_download_of_the_recording_goes_on(client, department, author):
    lecture = make_lecture(department, author)
    client.force_login(author)
    answer = client.get(
        reverse("lectures_admin:original", args=[lecture.pk]), headers={"Range": "bytes=13-25"}
    )
    assert answer.status_code == 206
    assert answer.getvalue() == RECORDING[13:26]


def test_recording_is_given_to_nobody_else(client, department, author, stranger):
    lecture = make_lecture(department, author)
    address = reverse("lectures_admin:original", args=[lecture.pk])
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code in (302, 403, 404)


def test_a_recording_kept_elsewhere_can_not_be_downloaded(client, department, author):
    lecture = make_lecture(department, author)
    Lecture.objects.filter(pk=lecture.pk).update(link="https://example.org/v/1", original="")
    client.force_login(author)
    address = reverse("lectures_admin:original", args=[lecture.pk])
    assert client.get(address, follow=True).status_code == 404


def test_room_is_what_was_uploaded_and_all_that_was_made_of_it(department, author):
    make_lecture(department, author)
    make_lecture(department, author, title="Not made yet", made=())
    rows = {one.title: one for one in with_storage(Lecture.objects.all())}
    assert rows["Our lecture"].rendition_bytes == 500
    assert rows["Our lecture"].total_bytes == len(RECORDING) + 500
    assert rows["Not made yet"].total_bytes == len(RECORDING)
    (sums,) = by_collection(Lecture.objects.all())
    assert (sums.name, sums.lectures) == (department.collection.name, 2)
    assert sums.total_bytes == 2 * len(RECORDING) + 500


def test_a_department_sees_what_its_own_lectures_take(client, department, author, stranger):
    make_lecture(department, author)
    client.force_login(author)
    assert "Our lecture" in client.get(reverse(REPORT)).text
    client.force_login(stranger)
    seen = client.get(reverse(REPORT)).text
    assert "Our lecture" not in seen
    assert department.collection.name not in seen


def test_report_asks_as_much_for_many_lectures_as_for_one(
    client, department, author, django_assert_num_queries
):
    make_lecture(department, author)
    client.force_login(author)
    client.get(reverse(REPORT))
    with CaptureQueriesContext(connection) as first:
        client.get(reverse(REPORT))
    for number in range(6):
        make_lecture(department, author, title=f"Lecture {number}")
    with django_assert_num_queries(len(first)):
        client.get(reverse(REPORT), {"ordering": "title"})


def test_report_is_a_spreadsheet_as_well(client, department, author):
    make_lecture(department, author)
    client.force_login(author)
    sheet = client.get(reverse(REPORT), {"export": "csv"}).getvalue().decode()
    size = len(RECORDING)
    assert f'Our lecture,"{department.collection.name}",,{size},500,{size + 500}' in sheet
