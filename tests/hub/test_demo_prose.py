"""The demo's markup: what it turns into, and that nothing gets past the escaping."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.demo.loader.prose import to_blocks, to_html, to_text

ALLOWED = {"p", "ul", "li", "b", "i", "a", "h2"}
MARKUP_AND_DANGER = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("*[]()<>&\"'- \n:/.") + ["**", "](", "javascript:", "https://a.b/"]),
        st.characters(codec="utf-8", exclude_categories=["Cs"]),
    ).filter(bool)
    if False
    else st.characters(codec="utf-8"),
)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["*", "**", "[", "]", "](", "(", ")", "\n", "\n\n", "- ", "<", ">", "&", '"', "'", " "]
        ),
        st.sampled_from(["https://a.example/", "mailto:a@b", "javascript:x", "<script>", "doi:1"]),
        st.text(max_size=6),
    ),
    max_size=25,
).map("".join)


class Audit(HTMLParser):
    """Collects tags, attributes and text, and fails on unbalanced tags."""

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

    def handle_comment(self, data):
        raise AssertionError("a comment")


def audit(html):
    found = Audit()
    found.feed(html)
    found.close()
    assert found.open == []
    return found
