"""The blocks of page bodies: each renders, also in the editing desk's preview."""

from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.blocks.struct_block import StructBlockValidationError

from cases.blocks import CasePicturesBlock, DifferentialBlock
from pages.blocks import BodyBlock, HeadingBlock, PictureBlock
from pages.templatetags.viewbox_references import linked_reference
from quizzes.blocks import item_body_blocks
from tests.factories import make_image, make_news

pytestmark = pytest.mark.django_db

PREVIEWED = {
    "heading": (BodyBlock, "Technique"),
    "paragraph": (BodyBlock, "Read the lungs last"),
    "picture": (BodyBlock, "Axial slice, brain window"),
    "callout": (BodyBlock, "A skin fold is not a pneumothorax."),
    "table": (BodyBlock, "Densities"),
    "quotation": (BodyBlock, "More is missed by not looking"),
    "references": (BodyBlock, "MacMahon H"),
}


def preview(client, block) -> str:
    url = reverse("wagtailadmin_block_preview")
    answer = client.get(f"{url}?{urlencode({'id': block.definition_prefix})}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_block_of_a_body_has_a_preview_and_a_description():
    blocks = BodyBlock().child_blocks
    assert list(blocks) == list(PREVIEWED)
    assert [name for name, block in blocks.items() if not block.is_previewable] == []
    assert [name for name, block in blocks.items() if not block.get_description()] == []


@pytest.mark.parametrize("name", PREVIEWED)
def test_preview_shows_the_block_in_the_sites_clothes(client, editor, name):
    make_image()
    client.force_login(editor)
    kind, words = PREVIEWED[name]
    page = preview(client, kind().child_blocks[name])
    assert words in page
    assert "<style" not in page
    assert 'class="wrap wrap--narrow page prose"' in page


def test_picture_preview_works_on_a_hub_without_pictures(client, editor):
    client.force_login(editor)
    assert "Axial slice" in preview(client, PictureBlock(name="picture"))


def test_blocks_of_cases_and_questions_have_previews(client, editor):
    make_image()
    client.force_login(editor)
    assert "Subdural haematoma" in preview(client, DifferentialBlock(name="entry"))
    assert "Axial slice" in preview(client, CasePicturesBlock().child_blocks["picture"])
    for code, block in item_body_blocks():
        block.set_name(code)
        assert 'class="item"' in preview(client, block)


def test_picture_without_text_alternative_is_refused():
    block = PictureBlock()
    value = block.to_python({"image": make_image().pk, "alt": "", "caption": ""})
    with pytest.raises(StructBlockValidationError) as caught:
        block.clean(value)
    assert list(caught.value.block_errors) == ["alt"]
    value["alt"] = "A slice"
    assert block.clean(value)["alt"] == "A slice"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Technique of MRI", '<h2 id="technique-of-mri">Technique of MRI</h2>'),
        ("Техника", '<h2 id="техника">Техника</h2>'),
        ("…", "<h2>…</h2>"),
        ("<script>", '<h2 id="script">&lt;script&gt;</h2>'),
    ],
)
def test_heading_has_an_anchor_in_any_script(text, html):
    block = HeadingBlock()
    assert block.render(block.to_python({"text": text, "level": "2"})).strip() == html


@pytest.mark.parametrize(
    ("reference", "html"),
    [
        (
            "A. 2017. doi:10.1148/radiol.2017161659.",
            'A. 2017. <a href="https://doi.org/10.1148/radiol.2017161659">doi:10.1148/radiol.2017161659</a>.',
        ),
        (
            "See https://example.org/a?b=1",
            'See <a href="https://example.org/a?b=1">https://example.org/a?b=1</a>',
        ),
        ("<b>Bold</b> doi:10.1/x", "&lt;b&gt;Bold&lt;/b&gt; doi:10.1/x"),
        (
            'x doi:10.1000/"><script>',
            "x doi:10.1000/&quot;&gt;&lt;script&gt;",
        ),
    ],
)
def test_references_link_their_doi_and_nothing_else(reference, html):
    assert linked_reference(reference) == html


def test_body_of_every_block_renders_on_a_page(client):
    body = [
        (name, block.get_preview_value())
        for name, block in BodyBlock().child_blocks.items()
        if name != "picture"
    ]
    body.append(("picture", {"image": make_image(), "alt": "Grey", "caption": "A square"}))
    page = client.get(make_news(body=body).url).content.decode()
    assert [words for _kind, words in PREVIEWED.values() if words not in page] == [
        "Axial slice, brain window"
    ]
    assert 'alt="Grey"' in page
    assert "A square" in page


def test_body_needs_something_in_it(client, editor):
    with pytest.raises(ValidationError):
        BodyBlock(required=True).clean(BodyBlock().to_python([]))
