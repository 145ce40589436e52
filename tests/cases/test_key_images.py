"""Key images and the marks as DICOM: for those who may see the findings, true to the instances."""

import io
import json
import zipfile
from http import HTTPStatus
from pathlib import Path

import highdicom
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.uid import (
    ComprehensiveSRStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
)

from cases.domain.imports import import_path
from cases.marks import keep_marks
from cases.models import CasePage
from cases.viewing import viewing_of
from tests.cases.water_phantom import write_study
from tests.factories import make_case, make_department, section_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
SECRET = "Telltalewords"
AT = 2


@pytest.fixture
def case(tmp_path: Path, settings) -> CasePage:
    """A case of four slices with an ellipse, an arrow, a line and a key image."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.WORK_ROOT = tmp_path / "work"
    case = make_case(parent=section_of(make_department()), slug="phantom")
    import_path(path=write_study(tmp_path / "study", slices=(4,)), case_key=case.translation_key)
    viewing = viewing_of(case_key=case.translation_key)
    base = {
        "series": viewing.stacks[0].key,
        "at": AT,
        "radii": None,
        "window": [40, 400],
        "label": {"en": SECRET},
        "phrase": {},
    }
    shapes = [
        {"id": "ellipse1", "shape": "ellipse", "points": [[20, 22]], "radii": [3, 4]},
        {"id": "arrow001", "shape": "arrow", "points": [[20, 22], [40, 50]]},
        {"id": "line0001", "shape": "line", "points": [[10, 10], [13, 14]], "at": 1},
        {"id": "key00001", "shape": "key", "points": [], "window": [450, 900]},
    ]
    keep_marks(
        case_key=case.translation_key,
        viewing=viewing,
        text=json.dumps([base | shape for shape in shapes]),
    )
    return case


def reader(case: CasePage) -> Client:
    client = Client()
    client.post(reverse("cases:choose_reading", args=[case.pk]))
    return client


def address_in(page: str) -> str:
    inside = page.index("/solve/key-image/")
    return page[page.rindex('"', 0, inside) + 1 : page.index('"', inside)]


def test_key_images_stand_in_the_page_once_the_findings_are_open_and_not_before(case):
    before = Client().get(case.url).content.decode()
    after = reader(case).get(case.url).content.decode()
    assert ("key-image" in before, SECRET in before) == (False, False)
    # The poster, and the list with what lies on the image.
    assert after.count("/solve/key-image/") == 2
    assert after.count('class="dicom__line"') == 2
    assert 'data-opens="key00001"' in after
    assert f"{SECRET} · image {AT + 1}" in " ".join(after.split())


def test_a_key_image_is_drawn_in_its_own_window(case):
    client = reader(case)
    response = client.get(address_in(client.get(case.url).content.decode()))
    picture = Image.open(io.BytesIO(response.content))
    assert (response["Content-Type"], picture.format) == ("image/webp", "WEBP")
    assert "immutable" in response["Cache-Control"]
    grey = np.asarray(picture.convert("L")).astype(int)
    # From 0 to 900 Hounsfield units: bone is white, water as black as air.
    assert grey[48, 48] > 240
    assert max(grey[48, 15], grey[2, 2]) < 15
    assert not picture.info.get("exif")


def test_the_address_of_a_key_image_cannot_be_made_up(case):
    client = reader(case)
    address = address_in(client.get(case.url).content.decode())
    name, signature = address.rsplit("~", 1)
    series, at, *window = name.rsplit("/", 1)[1].split("_")
    other = "_".join([series, str(int(at) - 1), *window])
    forged = f"{name.rsplit('/', 1)[0]}/{other}~{signature}"
    assert client.get(address).status_code == HTTPStatus.OK
    assert client.get(forged).status_code == HTTPStatus.NOT_FOUND


# --- As DICOM


def download(client: Client, case: CasePage) -> dict[str, Dataset]:
    response = client.get(reverse("cases:download_marks", args=[case.pk]))
    assert response.status_code == HTTPStatus.OK
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {name: dcmread(io.BytesIO(archive.read(name))) for name in archive.namelist()}


def instances(case: CasePage, settings) -> list[Dataset]:
    stack = viewing_of(case_key=case.translation_key).stacks[0]
    folder = Path(settings.MEDIA_ROOT) / stack.data["base"].removeprefix(settings.MEDIA_URL)
    return [dcmread(folder / file) for file, _ in stack.data["frames"]]


def test_the_report_reads_back_as_regions_and_lengths_on_the_stored_instances(case, settings):
    made = download(reader(case), case)["01/report.dcm"]
    assert made.SOPClassUID == ComprehensiveSRStorage
    report = highdicom.sr.srread(io.BytesIO(_bytes(made)))
    groups = report.content.get_planar_roi_measurement_groups()
    stored = instances(case, settings)
    found = []
    for group in groups:
        region = group.roi
        found.append(
            (
                region.graphic_type.value,
                region.value.tolist(),
                region.source_image.referenced_sop_instance_uid
                if hasattr(region, "source_image")
                else region.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID,
                [float(one.value) for one in group.get_measurements()],
            )
        )
    there, before = stored[AT].SOPInstanceUID, stored[1].SOPInstanceUID
    # DICOM counts from the corner of the first pixel, marks from its centre. The line spans 3 × 4
    # pixels of 2 mm.
    assert found == [
        ("ELLIPSE", [[20.5, 18.5], [20.5, 26.5], [17.5, 22.5], [23.5, 22.5]], there, []),
        ("POLYLINE", [[20.5, 22.5], [40.5, 50.5]], there, []),
        ("POLYLINE", [[10.5, 10.5], [13.5, 14.5]], before, [10.0]),
    ]
    assert [group.tracking_identifier for group in groups] == [SECRET] * 3


def test_presentation_state_and_key_images_refer_to_the_stored_instances(case, settings):
    made = download(reader(case), case)
    state, chosen = made["01/presentation-state.dcm"], made["01/key-images.dcm"]
    stored = instances(case, settings)
    assert state.SOPClassUID == GrayscaleSoftcopyPresentationStateStorage
    assert chosen.SOPClassUID == KeyObjectSelectionDocumentStorage
    (series,) = state.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == stored[0].SeriesInstanceUID
    assert {one.ReferencedSOPInstanceUID for one in series.ReferencedImageSequence} == {
        stored[1].SOPInstanceUID,
        stored[AT].SOPInstanceUID,
    }
    # The arrow is a shaft and a head.
    assert [len(one.GraphicObjectSequence) for one in state.GraphicAnnotationSequence] == [1, 2, 1]
    assert {
        (float(one.WindowCenter), float(one.WindowWidth)) for one in state.SoftcopyVOILUTSequence
    } == {(40.0, 400.0)}
    (evidence,) = chosen.CurrentRequestedProcedureEvidenceSequence
    (referenced,) = evidence.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert referenced.ReferencedSOPInstanceUID == stored[AT].SOPInstanceUID


def test_the_objects_belong_to_the_study_say_they_are_deidentified_and_are_the_same_each_time(
    case, settings
):
    first, again = (download(reader(case), case) for _ in range(2))
    image = instances(case, settings)[0]
    for name, made in first.items():
        assert (made.StudyInstanceUID, made.PatientID) == (image.StudyInstanceUID, image.PatientID)
        assert made.PatientIdentityRemoved == "YES"
        assert made.SOPInstanceUID == again[name].SOPInstanceUID
    assert len({made.SOPInstanceUID for made in first.values()}) == len(first)


def test_marks_are_downloaded_by_those_to_whom_the_findings_are_open(case, resident, editor):
    address = reverse("cases:download_marks", args=[case.pk])
    seen = {}
    for name, user in {"guest": None, "resident": resident, "editor": editor}.items():
        client = Client()
        if user:
            client.force_login(user)
        seen[name] = client.get(address).status_code
    seen["reader"] = reader(case).get(address).status_code
    assert seen == {
        "guest": HTTPStatus.NOT_FOUND,
        "resident": HTTPStatus.NOT_FOUND,
        "editor": HTTPStatus.OK,
        "reader": HTTPStatus.OK,
    }
    case.unpublish()
    assert reader(case).get(address).status_code == HTTPStatus.NOT_FOUND


def _bytes(dataset: Dataset) -> bytes:
    written = io.BytesIO()
    dataset.save_as(written, enforce_file_format=True)
    return written.getvalue()
