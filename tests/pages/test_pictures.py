"""Pictures: made in advance by the worker, described, and never the reason why a page fails."""

import io
import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from jobs.registry import sweeps
from pages.models import SiteImage
from pages.pictures import ALL_SPECS, pictures_to_prepare, prepare_pictures, sweep_pictures
from tests.factories import make_case, make_image, make_news

pytestmark = pytest.mark.django_db


def broken_image() -> SiteImage:
    image = make_image("Broken")
    image.get_file_hash()
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(b"no picture at all")
    return SiteImage.objects.get(pk=image.pk)


def png(size=(400, 200)) -> bytes:
    data = io.BytesIO()
    Image.new("L", size, 90).save(data, "PNG")
    return data.getvalue()


def test_new_picture_is_prepared_in_every_size_and_format():
    image = make_image()
    assert list(pictures_to_prepare()) == [image]
    assert prepare_pictures() == 1
    assert set(image.renditions.values_list("filter_spec", flat=True)) == set(ALL_SPECS)
    assert list(pictures_to_prepare()) == []


def test_renditions_of_the_admin_do_not_count_as_the_sites():
    image = make_image()
    for size in range(len(ALL_SPECS) + 1):
        image.get_rendition(f"max-{20 + size}x20")
    assert list(pictures_to_prepare()) == [image]


def test_prepared_pictures_cost_no_work_in_the_request(client, django_assert_num_queries):
    make_news(picture=make_image())
    prepare_pictures()
    client.get("/en/news/")
    made = SiteImage.objects.get().renditions.count()
    client.get("/en/news/")
    assert SiteImage.objects.get().renditions.count() == made == len(ALL_SPECS)


def test_broken_picture_is_tried_once_and_stops_nobody():
    older, broken, newer = make_image("Older"), broken_image(), make_image("Newer")
    assert prepare_pictures() == 2
    assert [older.renditions.count(), newer.renditions.count()] == [len(ALL_SPECS)] * 2
    assert list(pictures_to_prepare()) == []
    broken = SiteImage.objects.get(pk=broken.pk)
    assert broken.unreadable_hash == broken.file_hash != ""


def test_missing_file_is_not_tried_for_ever():
    image = make_image()
    image.file.storage.delete(image.file.name)
    assert prepare_pictures() == 0
    assert list(pictures_to_prepare()) == []


def test_picture_with_a_new_file_is_tried_again():
    image = broken_image()
    prepare_pictures()
    with image.file.storage.open(image.file.name, "wb") as file:
        file.write(png())
    SiteImage.objects.filter(pk=image.pk).update(file_hash="0" * 40)
    assert list(pictures_to_prepare()) == [image]
    assert prepare_pictures() == 1


def test_sweep_stops_when_its_time_is_over():
    for _ in range(3):
        make_image()
    assert prepare_pictures(time_limit_s=-1) == 0
    assert prepare_pictures(limit=2) == 2
    assert sweep_pictures() == 1


def test_worker_sweeps_pictures():
    assert sweeps()["pictures"] is sweep_pictures


def test_page_with_a_broken_picture_is_still_a_page(client):
    image = broken_image()
    news = make_news(picture=image)
    case = make_case(
        picture=image,
        pictures=[("picture", {"image": image, "alt": "Axial CT", "caption": ""})],
    )
    for url in (news.url, case.url, "/en/news/", "/en/cases/", "/en/"):
        assert client.get(url).status_code == 200, url
    assert "og:image" not in client.get(news.url).content.decode()


def test_shared_picture_is_cut_around_its_focal_point():
    data = io.BytesIO()
    wide = Image.new("L", (1200, 300), 0)
    wide.paste(255, (900, 0, 1200, 300))
    wide.save(data, "PNG")

    def brightness(**focal) -> float:
        image = SiteImage.objects.create(
            title="Wide",
            description="Dark, bright on the right",
            file=ContentFile(data.getvalue(), name="wide.png"),
            **focal,
        )
        rendition = image.get_rendition("fill-200x200-c100|format-png")
        with rendition.file.open() as file:
            picture = Image.open(file).convert("L")
            histogram = picture.histogram()
        return sum(histogram[128:]) / sum(histogram)

    focal = {
        "focal_point_x": 1050,
        "focal_point_y": 150,
        "focal_point_width": 200,
        "focal_point_height": 200,
    }
    assert brightness() < 0.1
    assert brightness(**focal) > 0.9


def test_upload_asks_what_the_picture_shows(client, editor):
    client.force_login(editor)
    url = reverse("wagtailimages:add")
    data = {"title": "Chest", "file": SimpleUploadedFile("chest.png", png(), "image/png")}
    refused = client.post(url, data | {"description": ""})
    assert "This field is required." in refused.content.decode()
    assert SiteImage.objects.count() == 0
    data["file"] = SimpleUploadedFile("chest.png", png(), "image/png")
    client.post(url, data | {"description": "Chest radiograph, frontal"})
    image = SiteImage.objects.get()
    assert (image.title, image.default_alt_text) == ("Chest", "Chest radiograph, frontal")
    assert "chest" not in image.file.name


def test_upload_of_many_waits_for_their_descriptions(client, editor):
    client.force_login(editor)
    answer = client.post(
        reverse("wagtailimages:add_multiple"),
        {"title": "Chest", "files[]": SimpleUploadedFile("chest.png", png(), "image/png")},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    sent = json.loads(answer.content)
    assert SiteImage.objects.count() == 0
    assert "uploaded_file_id" in sent
    assert "description" in sent["form"]


def test_file_that_is_no_picture_is_refused_with_a_sentence(client, editor):
    client.force_login(editor)
    data = {
        "title": "Text",
        "description": "x",
        "file": SimpleUploadedFile("scan.png", b"just words", "image/png"),
    }
    answer = client.post(reverse("wagtailimages:add"), data)
    assert "Text" in answer.content.decode()
    assert SiteImage.objects.count() == 0
