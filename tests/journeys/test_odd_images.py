"""Images that viewers often show the wrong way: black for white, without a window, in one grey."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, MRImageStorage

from tests.cases.water_phantom import SIZE_PX, hounsfield, water_slice

from .conftest import SeededHub, new_context
from .viewing import case_with, open_viewer, problems_of


def _magnetic(dataset: Dataset) -> Dataset:
    """The same as an MR image, whose values have no usual window."""
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    dataset.Modality = "MR"
    return dataset


def _write(folder: Path) -> None:
    """A CT; a film whose low values are bright; an MR that records no width; one in one grey."""
    water_slice(1).save_as(folder / "1.dcm", enforce_file_format=True)
    film = water_slice(2)
    film.SOPClassUID = film.file_meta.MediaStorageSOPClassUID = (
        DigitalXRayImageStorageForPresentation
    )
    film.Modality, film.PhotometricInterpretation = "DX", "MONOCHROME1"
    film.WindowCenter, film.WindowWidth = 0, 2000
    del film.ImagePositionPatient, film.ImageOrientationPatient
    film.save_as(folder / "2.dcm", enforce_file_format=True)
    widthless = _magnetic(water_slice(3))
    widthless.WindowWidth = 0
    widthless.save_as(folder / "3.dcm", enforce_file_format=True)
    even = _magnetic(water_slice(4))
    del even.WindowCenter, even.WindowWidth
    even.PixelData = np.full((SIZE_PX, SIZE_PX), 1100, dtype="<u2").tobytes()
    even.save_as(folder / "4.dcm", enforce_file_format=True)


@pytest.fixture(scope="module")
def case_url(hub: SeededHub, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("odd")
    _write(folder)
    return case_with(hub, "odd-images", folder)


@pytest.fixture
def desk(browser: Browser, hub: SeededHub, case_url: str) -> Iterator[Page]:
    context = new_context(browser, base_url=hub.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems = problems_of(page)
    open_viewer(page, case_url)
    yield page
    context.close()
    assert [problem for problem in problems if "RangeError: model.size" not in problem] == []


def _choose(page: Page, number: int) -> None:
    """Open a series; its number stands first in its name."""
    series = page.get_by_role("combobox", name="Series")
    names = series.locator("option").all_inner_texts()
    series.select_option(index=next(i for i, name in enumerate(names) if name[0] == str(number)))


def _greys(page: Page) -> tuple[int, int]:
    """What is on the screen in the phantom's centre (its bone) and beside its water (the air)."""
    shot = page.locator(".dicom__stage").screenshot()
    grey = np.asarray(Image.open(BytesIO(shot)).convert("L"))
    rows, columns = grey.shape
    assert hounsfield()[SIZE_PX // 2, SIZE_PX // 2] > hounsfield()[0, SIZE_PX // 2]
    half = min(rows, columns) / 2
    return int(grey[rows // 2, columns // 2]), int(grey[rows // 2, int(columns / 2 - 0.92 * half)])


def _settles(page: Page, expected: str) -> None:
    """Wait until the centre is the brighter or the darker one, as expected."""
    for _look in range(50):
        centre, beside = _greys(page)
        if (centre > beside + 60) if expected == "bright" else (centre < beside - 60):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"centre {centre}, beside it {beside}, not {expected}")


def test_low_values_of_a_film_are_bright_until_the_reader_turns_them(desk: Page):
    _settles(desk, "bright")
    _choose(desk, 2)
    _settles(desk, "dark")
    invert = desk.get_by_role("button", name="Invert")
    expect(invert).to_have_attribute("aria-pressed", "false")
    invert.click()
    _settles(desk, "bright")
    expect(invert).to_have_attribute("aria-pressed", "true")
    desk.get_by_role("button", name="Reset the view").click()
    _settles(desk, "dark")
    # The next one has nothing of it.
    _choose(desk, 3)
    _settles(desk, "bright")


def test_a_recorded_width_of_nothing_leaves_the_window_to_the_values(desk: Page):
    _choose(desk, 3)
    expect(desk.locator(".dicom__mark--window")).to_have_text("Centre -50, width 1900")
    _settles(desk, "bright")


def test_an_image_that_cannot_be_drawn_leaves_no_other_in_its_place(desk: Page):
    _settles(desk, "bright")
    # Luminance and chrominance at half the columns, which the loader can't unfold.
    foreign = dcmread(get_testdata_file("SC_ybr_full_422_uncompressed.dcm"))
    data = BytesIO()
    foreign.save_as(data)
    desk.route("**/*.dcm", lambda route: route.fulfill(body=data.getvalue()))
    _choose(desk, 2)
    expect(desk.get_by_text("This image could not be loaded.")).to_be_visible()
    expect(desk.locator("[data-pane][data-blank]")).to_have_count(1)
    desk.unroute("**/*.dcm")
    _choose(desk, 3)
    expect(desk.locator("[data-pane][data-blank]")).to_have_count(0)
    _settles(desk, "bright")


def test_an_image_of_one_grey_has_a_window(desk: Page):
    _choose(desk, 4)
    expect(desk.locator(".dicom__mark--window")).to_have_text("Centre 76, width 1")
