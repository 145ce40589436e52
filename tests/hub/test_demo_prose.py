"""The demo's markup: what it turns into, and that nothing gets past the escaping."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.demo.loader.prose import to_blocks, to_html, to_text

ALLOWED_TAGS = {"p", "ul", "li", "b", "i", "a", "h2"}
WRITTEN = st.lists(
    st.one_of(
        st.sampled_from(["*", "**", "[", "]", "](", "(", ")", "\n", "\n\n", "- ", " "]),
        st.sampled_from(["<", ">", "&", '"', "'", "<script>", "</p>", "<!--", "&lt;"]),
        st.sampled_from(["https://a.example/", "mailto:a@b.example", "javascript:x", "data:x"]),
        st.sampled_from(["[a](https://b.example/", "**b**", "*i*", "[doi:1](https://doi.org/1)"]),
        st.text(st.characters(codec="utf-8"), max_size=5),
    ),
    max_size=30,
).map("".join)


class Reader(HTMLParser):
    """Reads HTML as a browser would, and fails where tags are not closed in order."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.words = [], set(), [], ""

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data

    def handle_comment(self, data):  # noqa: ARG002
        raise AssertionError("a comment came through")


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@given(WRITTEN)
def test_html_has_only_our_tags_and_links_to_the_web_and_mail(text):
    reader = read(to_html(text, heading_tag="h2"))
    assert reader.tags <= ALLOWED_TAGS
    for name, value in reader.attributes:
        assert name == "href"
        assert re.match(r"https?://|mailto:", value)


@given(WRITTEN)
def test_blocks_have_only_our_tags_and_plain_headings(text):
    for kind, value in to_blocks(text):
        if kind == "paragraph":
            assert read(value).tags <= ALLOWED_TAGS - {"h2"}
        elif kind == "heading":
            assert "\n" not in value
        else:
            assert kind == "references"
            assert all("\n" not in reference for reference in value)


@given(st.text(st.characters(codec="utf-8", exclude_characters="*[]-\r\0")))
def test_html_of_unmarked_text_says_the_same_words(text):
    # What a browser shows: the parser takes no notice of white space between words.
    assert "".join(read(to_html(text)).words.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("One\nparagraph.\n\nAnother.", "<p>One paragraph.</p><p>Another.</p>"),
        ("So:\n- one\n- two", "<p>So:</p><ul><li>one</li><li>two</li></ul>"),
        ("**bold *and italic***", "<p><b>bold *and italic</b>*</p>"),
        ("**bold** *italic*", "<p><b>bold</b> <i>italic</i></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        (
            "[here](https://a.example/?a=1&b=2)",
            '<p><a href="https://a.example/?a=1&amp;b=2">here</a></p>',
        ),
        (
            "[x](https://doi.org/10.1016/S0140-6736(00)02237-6).",
            '<p><a href="https://doi.org/10.1016/S0140-6736(00)02237-6">x</a>.</p>',
        ),
        ("[x](mailto:a@b.example)", '<p><a href="mailto:a@b.example">x</a></p>'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ('[x](https://a"onclick=b)', '<p><a href="https://a&quot;onclick=b">x</a></p>'),
    ],
)
def test_html_of_written_text(text, html):
    assert to_html(text) == html


def test_html_headings_are_made_only_where_asked_for():
    assert to_html("**Where**") == "<p><b>Where</b></p>"
    assert to_html("**Where**", heading_tag="h2") == "<h2>Where</h2>"


def test_text_leaves_the_words_of_links_and_emphasis():
    assert to_text("A **b** *c*\n[d](https://e.example/)") == "A b c d"


def test_blocks_split_headings_from_the_text_that_follows():
    text = """
First.

**What we do**

- One
- Two

**Limits.** for education only.

**Yes?** No.

**Not a heading** because it goes on.
"""
    assert to_blocks(text) == [
        ("paragraph", "<p>First.</p>"),
        ("heading", "What we do"),
        ("paragraph", "<ul><li>One</li><li>Two</li></ul>"),
        ("heading", "Limits"),
        ("paragraph", "<p>For education only.</p>"),
        ("heading", "Yes?"),
        (
            "paragraph",
            "<p>No.</p><p><b>Not a heading</b> because it goes on.</p>",
        ),
    ]


def test_blocks_gather_references_without_their_heading():
    text = """
Text.

**References**

- A et al. Radiology 2017;284:1-2. [doi:10.1/x](https://doi.org/10.1/x)
- B et al. Stroke 2019;50:3-4. [doi:10.2/y](https://doi.org/10.2/y)
"""
    assert to_blocks(text) == [
        ("paragraph", "<p>Text.</p>"),
        (
            "references",
            [
                "A et al. Radiology 2017;284:1-2. doi:10.1/x",
                "B et al. Stroke 2019;50:3-4. doi:10.2/y",
            ],
        ),
    ]
