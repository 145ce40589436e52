"""A course as a SCORM 1.2 package that platforms take."""

import io
import json
import uuid
import zipfile

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from interop.scorm import Launcher, build_package, manifest
from tests.factories import make_course, make_lesson

CP = "{http://www.imsproject.org/xsd/imscp_rootv1p1p2}"
ADL = "{http://www.adlnet.org/xsd/adlcp_rootv1p2}"
KEY = uuid.UUID("12345678-1234-5678-1234-567812345678")


def launcher(**more: str) -> Launcher:
    words = {
        "title": 'Chest & abdomen </script> "2026"',
        "url": "https://hub.example.org/lti/open/course/x/",
        "language": "en",
        "direction": "ltr",
        "open_course": "Open",
        "is_open": "It is open.",
        "blocked": "The window is blocked.",
        "results": "Results stay here.",
    }
    return Launcher(**(words | more))


def unpack(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def test_the_manifest_is_what_platforms_look_for():
    """Moodle's and Canvas' checks: schema version, default organisation, an item whose resource is
    a SCO, and every file that is named in the package."""
    package = unpack(build_package(launcher=launcher(), key=KEY))
    assert package.testzip() is None
    assert package.namelist()[0] == "imsmanifest.xml"
    root = fromstring(package.read("imsmanifest.xml"))
    assert root.tag == f"{CP}manifest"
    assert root.findtext(f"{CP}metadata/{CP}schemaversion") == "1.2"
    organizations = root.find(f"{CP}organizations")
    organization = organizations.find(f"{CP}organization")
    assert organizations.get("default") == organization.get("identifier")
    assert organization.findtext(f"{CP}title") == 'Chest & abdomen </script> "2026"'
    resource = root.find(f"{CP}resources/{CP}resource")
    assert organization.find(f"{CP}item").get("identifierref") == resource.get("identifier")
    assert (resource.get("type"), resource.get(f"{ADL}scormtype")) == ("webcontent", "sco")
    named = {file.get("href") for file in resource.findall(f"{CP}file")}
    assert resource.get("href") in named
    assert named | {"imsmanifest.xml"} == set(package.namelist())


def test_the_same_course_is_the_same_package():
    assert build_package(launcher=launcher(), key=KEY) == build_package(
        launcher=launcher(), key=KEY
    )


@given(st.text(max_size=300))
def test_any_title_makes_a_manifest_that_can_be_read(title):
    root = fromstring(manifest(title=title, key=KEY))
    assert len(root.find(f"{CP}organizations/{CP}organization/{CP}title").text or "") <= 200


@given(st.text(max_size=100))
def test_no_title_breaks_out_of_the_script(title):
    words = unpack(build_package(launcher=launcher(title=title), key=KEY)).read("course.js")
    text = words.decode()
    assert "<" not in text
    told = json.loads(text.removeprefix("var course = ").removesuffix(";\n"))
    assert told["title"] == title


@pytest.mark.django_db
def test_an_editor_downloads_the_package_of_a_course(client, editor, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://hub.example.org"
    course = make_course(title="Chest", slug="chest")
    client.force_login(editor)
    url = f"/admin/connections/scorm/{course.pk}/"
    assert url in client.get(f"/admin/pages/{course.pk}/edit/").content.decode()
    response = client.get(url)
    assert response["Content-Disposition"] == 'attachment; filename="chest-scorm12.zip"'
    words = unpack(response.content).read("course.js").decode()
    address = f"https://hub.example.org/lti/open/course/{course.translation_key}/"
    assert json.loads(words.removeprefix("var course = ").removesuffix(";\n"))["url"] == address


@pytest.mark.django_db
def test_learners_download_none(client, resident):
    client.force_login(resident)
    assert client.get(f"/admin/connections/scorm/{make_course().pk}/").status_code == 302


@pytest.mark.django_db
def test_the_address_in_the_package_leads_to_the_course(client):
    course = make_course()
    make_lesson(course)
    response = client.get(f"/lti/open/course/{course.translation_key}/", follow=True)
    assert response.redirect_chain == [(course.get_url(), 302)]
    for missing in (f"course/{KEY}", f"anything/{course.translation_key}"):
        assert client.get(f"/lti/open/{missing}/", follow=True).status_code == 404


# --- In a browser, inside a platform's frame with its API object

PLATFORM = """
<!doctype html><title>Platform</title>
<script>
  var calls = [];
  var API = {};
  ["LMSInitialize", "LMSFinish", "LMSCommit"].forEach(function (name) {
    API[name] = function () { calls.push(name); return "true"; };
  });
  API.LMSGetValue = function () { return "not attempted"; };
  API.LMSSetValue = function (key, value) { calls.push(key + "=" + value); return "true"; };
</script>
<iframe src="/package/index.html" width="600" height="400"></iframe>
"""


@pytest.fixture
def platform_page(browser: Browser):
    """A platform's page that shows the package in a frame; its files come from the zip."""
    package = unpack(build_package(launcher=launcher(url="http://platform.test/hub"), key=KEY))

    def serve(route) -> None:
        path = route.request.url.split("platform.test/")[-1]
        if path.startswith("package/"):
            name = path.removeprefix("package/")
            kinds = {"html": "text/html", "js": "text/javascript", "css": "text/css"}
            kind = kinds[name.rsplit(".", 1)[-1]]
            route.fulfill(body=package.read(name), content_type=kind)
        else:
            route.fulfill(body="<title>Hub</title>" if path == "hub" else PLATFORM)

    context = browser.new_context()
    context.route("http://platform.test/**", serve)
    page = context.new_page()
    page.goto("http://platform.test/")
    yield page
    context.close()


@pytest.mark.journey
def test_the_launcher_opens_a_window_and_tells_the_platform(platform_page: Page):
    frame = platform_page.frame_locator("iframe")
    with platform_page.expect_popup() as opened:
        frame.get_by_role("button", name="Open").click()
    assert opened.value.url == "http://platform.test/hub"
    frame.get_by_text("It is open.").wait_for()
    assert platform_page.evaluate("calls") == [
        "LMSInitialize",
        "cmi.core.lesson_status=incomplete",
        "LMSCommit",
    ]
    platform_page.evaluate("document.querySelector('iframe').src = 'about:blank'")
    platform_page.wait_for_function("calls[calls.length - 1] === 'LMSFinish'")
    assert platform_page.evaluate("calls").count("LMSFinish") == 1


@pytest.mark.journey
def test_a_blocked_window_is_told_with_a_link(platform_page: Page):
    frame = platform_page.frames[1]
    frame.wait_for_function("document.title !== ''")
    frame.evaluate("window.open = function () { return null; }")
    frame.get_by_role("button", name="Open").click()
    frame.get_by_text("The window is blocked.").wait_for()
    link = frame.get_by_role("link", name="http://platform.test/hub")
    assert link.get_attribute("target") == "_blank"
