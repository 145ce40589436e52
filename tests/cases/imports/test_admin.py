"""The author's pages: import, report, looking at held pictures; and who may."""

import io

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from cases.admin_views import FRAMES_SIDE_BY_SIDE
from cases.domain.imports import work_off
from cases.models import ImportJob, Instance, InstanceState, LightStack, Series, Study
from cases.tasks import run_import
from media.tasks import process_lecture
from tests.cases.deidentification.planted import FAMILY, leaks, planted_slice, to_bytes
from tests.cases.imports.test_import import folders, series_zip, ultrasound  # noqa: F401  fixture
from tests.cases.water_phantom import write_loop
from tests.factories import make_author, make_case, make_department, section_of

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::UserWarning")]


@pytest.fixture
def department(db):
    return make_department()


@pytest.fixture
def case(department):
    return make_case(parent=section_of(department))


@pytest.fixture
def author(department, client):
    author = make_author(department)
    client.force_login(author)
    return author


def studies_url(case) -> str:
    return reverse("cases_dicom:studies", args=[case.pk])


def test_a_page_of_studies_is_headed_by_its_name_and_the_case(client, author, case):
    page = BeautifulSoup(client.get(studies_url(case)).content, "html.parser")
    heading = page.find("h1").get_text(" ", strip=True)
    assert heading == f"DICOM studies {case.title}"


def test_the_editor_leads_to_studies_and_marks(client, author, case):
    page = client.get(reverse("wagtailadmin_pages:edit", args=[case.pk]))
    meter = BeautifulSoup(page.content, "html.parser").select_one(".desk-meter")
    ways = [link["href"] for link in meter.select(".desk-ways a")]
    assert ways == [studies_url(case), reverse("cases:marks", args=[case.pk])]


def test_an_import_stands_before_lectures_in_the_queue():
    assert run_import.priority > process_lecture.priority


def test_an_author_imports_and_reads_what_was_done(client, author, case, folders):  # noqa: F811
    zipped = SimpleUploadedFile(f"{FAMILY}.zip", series_zip(planted_slice(0), ultrasound()))
    response = client.post(studies_url(case), {"files": [zipped]})
    job = ImportJob.objects.get()
    assert response["Location"] == reverse("cases_dicom:import", args=[job.pk])
    assert (job.uploaded_by, job.case_key) == (author, case.translation_key)
    waiting = client.get(response["Location"])
    assert waiting["Refresh"] == "3"
    work_off(job_id=job.pk)
    page = client.get(response["Location"])
    assert "Refresh" not in page
    text = page.content.decode()
    assert "InstitutionAddress" in text
    assert "Ultrasound pictures usually show" in text
    listed = client.get(studies_url(case)).content.decode()
    assert "Lung 2.5mm" in listed
    assert reverse("cases_dicom:held", args=[Instance.objects.get(hold="ULTRASOUND").pk]) in listed
    assert leaks((text + listed).encode()) == []


def test_several_files_are_taken_without_a_zip(client, author, case, folders):  # noqa: F811
    files = [SimpleUploadedFile(f"{n}.dcm", to_bytes(planted_slice(n))) for n in range(3)]
    client.post(studies_url(case), {"files": files})
    work_off(job_id=ImportJob.objects.get().pk)
    assert Series.objects.get().frame_count == 3


def test_a_held_picture_is_looked_at_masked_and_signed(client, author, case, folders):  # noqa: F811
    zipped = SimpleUploadedFile("a.zip", series_zip(ultrasound()))
    client.post(studies_url(case), {"files": [zipped]})
    work_off(job_id=ImportJob.objects.get().pk)
    instance = Instance.objects.get()
    url = reverse("cases_dicom:held", args=[instance.pk])
    page = client.get(url).content.decode()
    frame_url = reverse("cases_dicom:held_frame", args=[instance.pk, 0])
    assert frame_url in page
    signature = {"rectangles": "2, 3, 5, 4", "confirmed": "on"}
    unseen = client.post(url, signature)
    assert unseen.status_code == 422
    assert "has not been shown to you" in unseen.content.decode()
    frame = client.get(frame_url)
    assert "no-store" in frame["Cache-Control"]
    assert Image.open(io.BytesIO(frame.content)).size == (16, 16)
    assert client.post(url, {"rectangles": "2, 3", "confirmed": "on"}).status_code == 422
    assert client.post(url, {"rectangles": ""}).status_code == 422
    signed = client.post(url, signature)
    assert signed["Location"] == studies_url(case)
    instance.refresh_from_db()
    assert (instance.state, instance.reviewed_by) == (InstanceState.SHOWN, author)
    assert client.get(url, follow=True).status_code == 404


def test_of_a_long_loop_only_the_first_frame_is_shown_until_it_is_turned(
    client,
    author,
    case,
    folders,  # noqa: F811
    tmp_path,
):
    loop = write_loop(tmp_path / "loop.dcm", frames=FRAMES_SIDE_BY_SIDE + 1)
    client.post(studies_url(case), {"files": [SimpleUploadedFile("a.dcm", loop.read_bytes())]})
    work_off(job_id=ImportJob.objects.get().pk)
    instance = Instance.objects.get()
    url = reverse("cases_dicom:held", args=[instance.pk])
    page = client.get(url).content.decode()
    assert page.count('<figure class="held-frame" hidden>') == FRAMES_SIDE_BY_SIDE
    client.get(reverse("cases_dicom:held_frame", args=[instance.pk, 0]))
    page = client.get(url).content.decode()
    # What was looked at before counts when the page is opened again.
    assert page.count('<figure class="held-frame" data-held-looked>') == 1


def test_only_the_cases_own_authors_and_editors_may(client, case, folders, editor):  # noqa: F811
    client.force_login(make_author(make_department("Another"), email="other@example.com"))
    zipped = SimpleUploadedFile("a.zip", series_zip(ultrasound()))
    refused = client.post(studies_url(case), {"files": [zipped]})
    assert refused.status_code in (302, 403)
    assert not ImportJob.objects.exists()
    client.force_login(editor)
    zipped = SimpleUploadedFile("a.zip", series_zip(ultrasound()))
    client.post(studies_url(case), {"files": [zipped]})
    job = ImportJob.objects.get()
    work_off(job_id=job.pk)
    client.force_login(make_author(make_department("Third"), email="third@example.com"))
    instance = Instance.objects.get()
    for url in (
        reverse("cases_dicom:import", args=[job.pk]),
        reverse("cases_dicom:held", args=[instance.pk]),
        reverse("cases_dicom:held_frame", args=[instance.pk, 0]),
    ):
        assert client.get(url).status_code in (302, 403)
    assert instance.seen_frames == []


def test_the_case_editor_leads_to_the_studies(client, author, case):
    page = client.get(reverse("wagtailadmin_pages:edit", args=[case.pk])).content.decode()
    assert studies_url(case) in page


def test_more_studies_on_the_page_take_no_more_queries(client, author, case):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(studies_url(case)).status_code == 200
        return len(captured)

    def add_study(number: int) -> None:
        uid = f"1.2.{number}"
        study = Study.objects.create(case_key=case.translation_key, uid=uid, patient="P")
        for place in range(2):
            stack = f"dicom/{number}/{place}"
            light = LightStack.objects.create(
                stack=stack, directory=f"dicom/{number}/light-{place}"
            )
            Series.objects.create(
                study=study, uid=f"{uid}.{place}", kind="volume", modality="CT", frame_count=9,
                directory=stack, light=light, may_show_face=True,
            )  # fmt: skip

    add_study(1)
    first = queries()
    add_study(2)
    add_study(3)
    assert queries() == first
