"""Images in pieces: who sends them, what they are, that no name is kept, imported once."""

import base64
import uuid

import pytest
from django.urls import reverse

from cases.domain.imports import open_import_of_upload, work_off
from cases.imports.places import sweep_import_files, uploads_root
from cases.models import ImportJob, Series
from cases.uploads import IMAGES
from jobs.models import WorkState
from media.models import Upload
from media.uploads.using import UploadGone, UploadUnfinished
from tests.cases.deidentification.planted import FAMILY, leaks, planted_slice, to_bytes
from tests.cases.imports.test_import import files_below, folders, series_zip  # noqa: F401  fixture
from tests.factories import make_author, make_case, make_department, section_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.usefixtures("folders"),
]
DIGEST = "ab" * 32


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


def metadata(**values: str) -> str:
    pairs = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items()]
    return ",".join(pairs)


def begin(client, size: int, **values: str):
    return client.post(
        reverse("lectures:uploads:uploads"),
        headers={
            "tus-resumable": "1.0.0",
            "upload-length": str(size),
            "upload-metadata": metadata(**({"purpose": IMAGES} | values)),
        },
        content_type="application/x-www-form-urlencoded",
    )


def send(client, url: str, data: bytes, offset: int = 0):
    return client.generic(
        "PATCH",
        url,
        data,
        content_type="application/offset+octet-stream",
        headers={"tus-resumable": "1.0.0", "upload-offset": str(offset)},
    )


def sent(client, data: bytes) -> Upload:
    begun = begin(client, len(data), fingerprint=DIGEST)
    assert begun.status_code == 201
    assert send(client, begun["Location"], data).status_code == 204
    return Upload.objects.get(pk=begun["Location"].rstrip("/").rsplit("/", 1)[-1])


def studies_url(case) -> str:
    return reverse("cases_dicom:studies", args=[case.pk])


def test_an_upload_that_broke_off_goes_on_and_becomes_an_import(client, author, case):
    data = series_zip(*(planted_slice(n) for n in range(3)))
    begun = begin(client, len(data), fingerprint=DIGEST)
    url, half = begun["Location"], len(data) // 2
    assert send(client, url, data[:half])["Upload-Offset"] == str(half)
    upload = Upload.objects.get()
    form = {"upload": [str(upload.pk)]}
    assert client.post(studies_url(case), form).status_code == 422  # not everything is here
    page = client.get(studies_url(case)).content.decode()
    assert f'data-fingerprint="{DIGEST}"' in page
    assert f'data-received="{half}"' in page
    assert send(client, url, data[half:], half)["Upload-Offset"] == str(len(data))
    answer = client.post(studies_url(case), form)
    job = ImportJob.objects.get()
    assert answer["Location"] == reverse("cases_dicom:import", args=[job.pk])
    assert (job.uploaded_by, job.case_key) == (author, case.translation_key)
    assert not Upload.objects.exists()
    assert work_off(job_id=job.pk) == WorkState.DONE
    assert Series.objects.get().frame_count == 3
    assert files_below(uploads_root()) == []


def test_the_server_does_not_learn_names_of_files(client, author, case):
    begin(client, 9999, filename=f"{FAMILY}.zip", fingerprint=f"{FAMILY}-9999-1")
    upload = Upload.objects.get()
    assert (upload.name, upload.fingerprint, upload.metadata) == ("", "", "")
    page = client.get(studies_url(case)).content
    assert leaks(page) == []
    assert upload.label in page.decode()


@pytest.mark.parametrize("data", [b"%PDF-1.7" + b" " * 300, b"MZ" + b"\0" * 500, b"PK", b""])
def test_what_is_neither_dicom_nor_zip_is_refused_at_its_first_bytes(client, author, data):
    begun = begin(client, len(data))
    refused = send(client, begun["Location"], data) if begun.status_code == 201 else begun
    assert refused.status_code == 415
    assert refused.json() == {"error": "These are neither DICOM files nor a zip of them."}
    assert not Upload.objects.exists()


def test_a_single_dicom_file_is_taken(client, author, case):
    upload = sent(client, to_bytes(planted_slice(0)))
    assert upload.container == "dicom"
    client.post(studies_url(case), {"upload": [str(upload.pk)]})
    assert work_off(job_id=ImportJob.objects.get().pk) == WorkState.DONE


def test_images_are_no_recordings_and_the_other_way_round(client, author, case):
    images = sent(client, series_zip(planted_slice(0)))
    lectures = client.get(reverse("lectures_admin:add"), follow=True).content.decode()
    assert str(images.pk) not in lectures
    refused = client.post(studies_url(case), {"upload": [str(uuid.uuid4())]})
    assert refused.status_code == 422
    assert not ImportJob.objects.exists()


def test_only_those_who_import_may_send_images_and_only_their_own_are_taken(
    client, author, case, department
):
    mine = sent(client, series_zip(planted_slice(0)))
    client.force_login(make_author(department, email="colleague@example.com"))
    assert client.post(studies_url(case), {"upload": [str(mine.pk)]}).status_code == 422
    assert not ImportJob.objects.exists()
    client.logout()
    assert begin(client, 100).status_code == 403


def test_nobody_takes_uploads_for_an_unknown_purpose(client, author):
    assert begin(client, 100, purpose="holiday").status_code == 400


def test_an_import_larger_than_the_site_takes_is_refused_before_it_is_sent(
    client, author, settings
):
    settings.DICOM_MAX_BYTES = 1000
    refused = begin(client, 1001)
    assert refused.status_code == 413
    assert "one import" in refused.json()["error"]


def test_the_same_upload_becomes_one_import(author, client, case):
    upload = sent(client, series_zip(planted_slice(0)))
    common = {"case_key": case.translation_key, "uploaded_by": author}
    open_import_of_upload(upload=upload, **common)
    with pytest.raises(UploadGone):
        open_import_of_upload(upload=upload, **common)
    assert ImportJob.objects.count() == 1


def test_an_unfinished_upload_is_not_imported(author, client, case):
    begin(client, 100)
    with pytest.raises(UploadUnfinished):
        open_import_of_upload(upload=Upload.objects.get(), case_key=None, uploaded_by=author)


def test_a_crash_after_the_bytes_were_moved_is_made_good(author, client, case, monkeypatch):
    upload = sent(client, series_zip(planted_slice(0)))
    common = {"case_key": case.translation_key, "uploaded_by": author}

    def die(**_values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ImportJob.objects, "create", die)
        with pytest.raises(KeyboardInterrupt):
            open_import_of_upload(upload=upload, **common)
    sweep_import_files()  # fresh: it may be somebody's
    job = open_import_of_upload(upload=upload, **common)
    assert work_off(job_id=job.pk) == WorkState.DONE


def test_an_author_removes_images_that_were_not_imported(client, author, case):
    upload = sent(client, series_zip(planted_slice(0)))
    url = reverse("cases_dicom:remove_upload", args=[upload.pk])
    answer = client.post(url, headers={"referer": f"http://testserver{studies_url(case)}"})
    assert answer["Location"].endswith(studies_url(case))
    assert not Upload.objects.exists()
