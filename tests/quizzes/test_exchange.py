"""GIFT and Moodle XML, in and out: nothing changes on the way round, nothing is lost in silence."""

import base64
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pages.models import SiteImage
from quizzes.domain.exchange import drafts_of, read_file, take_in
from quizzes.exchange import Draft, NotAQuestionFile, Picture, format_of, parse, write
from quizzes.exchange.markup import clean
from quizzes.models import Item
from tests.factories import locale_of, make_department
from tests.quizzes.item_contents import CONTENTS

some = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
FORMATS = ["gift", "moodlexml"]
TEXTS = st.text(alphabet="ab c~=#{}:\\/%<>&\"'[]().,*->5éя\n", min_size=1, max_size=20).map(
    lambda text: " ".join(text.split()) or "a"
)


def png(width: int = 40, height: int = 20) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), 99).save(buffer, "PNG")
    return buffer.getvalue()


def without_ids(draft: Draft) -> dict:
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k != "id"}
        return [strip(one) for one in value] if isinstance(value, list) else value

    return {
        "type": draft.item_type,
        "title": draft.title,
        "content": strip(draft.content),
        "topics": draft.topics,
        "pictures": [picture.data for picture in draft.pictures.values()],
    }


@st.composite
def drafts(draw):
    """A draft of any type with texts full of signs that mean something to the formats."""
    code = draw(st.sampled_from(sorted(set(CONTENTS) - {"hotspot"})))
    content = json.loads(json.dumps(draw(CONTENTS[code])))

    def spice(value):
        if isinstance(value, dict):
            return {
                k: draw(TEXTS)
                if k in ("text", "prompt", "match", "feedback") and k != "key"
                else spice(v)
                for k, v in value.items()
            }
        return [spice(one) for one in value] if isinstance(value, list) else value

    if code != "gap_fill":
        content = spice(content)
    content["references"] = []
    content["stem"] = draw(st.sampled_from(["<p>Which?</p>", "<p>x &lt; 3 <b>and</b> {y}</p>"]))
    content["explanation"] = draw(st.sampled_from(["", "<p>So = it ~ is.</p><p>Yes #1.</p>"]))
    return Draft(
        code,
        draw(TEXTS),
        content,
        topics=draw(st.lists(st.sampled_from(["Chest", "CT"]), unique=True)),
    )


@pytest.mark.parametrize("file_format", FORMATS)
@some
@given(made=st.lists(drafts(), min_size=1, max_size=4))
def test_import_export_import_gives_the_same_questions(file_format, made):
    first_text, _skipped = write(made, file_format)
    first = parse(first_text.encode(), file_format)
    assert first.skipped == []
    second_text, skipped = write(first.drafts, file_format)
    assert skipped == []
    second = parse(second_text.encode(), file_format)
    assert [without_ids(d) for d in second.drafts] == [without_ids(d) for d in first.drafts]


@pytest.mark.parametrize("file_format", FORMATS)
@some
@given(
    data=st.binary(max_size=300)
    | st.text(alphabet="a{}=~#%:->\\\n$/[]TF1.", max_size=80).map(str.encode)
)
def test_any_file_is_read_or_refused_with_a_sentence(file_format, data):
    try:
        parsed = parse(data, file_format)
    except NotAQuestionFile as refusal:
        assert str(refusal)
    else:
        assert all(one.reason and one.line for one in parsed.skipped)


@some
@given(st.text(alphabet='abc <>/"=&;piulobrdvscript\n', max_size=80))
def test_cleaning_twice_changes_nothing_and_leaves_no_script(text):
    once = clean(text).html
    assert clean(once).html == once
    assert "<script" not in once


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>Hello", "<p>Hello</p>"),
        ('<a href="javascript:alert(1)">x</a>', "<p>x</p>"),
        ('<p onclick="x()">a <strong>b</strong></p>', "<p>a <b>b</b></p>"),
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        (
            '<a href="https://a.example/?x=1&amp;y=2">l</a>',
            '<p><a href="https://a.example/?x=1&amp;y=2">l</a></p>',
        ),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_html_of_files_is_reduced_to_what_is_safe(text, html):
    assert clean(text).html in (html, html.replace("<p>", "").replace("</p>", ""))


GIFT = r"""
// [tag:Head] [tag:CT]
$CATEGORY: $course$/Neuro

::Water:: Which density has water? {
  =0 HU#Right by definition.
  ~60 HU#That is blood.
  ~1000 HU
  ####The scale says so.
}

::Fat:: Fat is darker than water. {T#No, it is.}

Two signs of pneumothorax: {
  ~%50%Visceral pleural line
  ~%50%Deep sulcus
  ~%-100%Septal lines
}

Who discovered X-rays? {=Röntgen =%50%Rontgen#Mind the dots.}

Match. {=Fat -> -100 HU =Water -> 0 HU = -> 40 HU}

How many ribs? {#24:1}

Between {#1..5} numbers

Write a report. {}

Just text, no question.

::Broken:: What? { nonsense }

Escaped \{braces\} and \= {=a\~b ~c\#d}
"""


def test_gift_is_read_as_moodle_means_it():
    parsed = parse(GIFT.encode(), "gift")
    assert [draft.item_type for draft in parsed.drafts] == [
        "single_best_answer",
        "true_false_set",
        "multiple_response",
        "short_answer",
        "matching",
        "numeric",
        "numeric",
        "free_text",
        "single_best_answer",
    ]
    water, fat, signs, who, match, ribs, between, _report, escaped = parsed.drafts
    assert (water.title, water.line, water.topics) == ("Water", 5, ["Head", "CT", "Neuro"])
    options = [entry["value"] for entry in water.content["options"]]
    assert [(o["text"], o["is_key"], o["feedback"]) for o in options] == [
        ("0 HU", True, "Right by definition."),
        ("60 HU", False, "That is blood."),
        ("1000 HU", False, ""),
    ]
    assert water.content["explanation"] == "<p>The scale says so.</p>"
    assert fat.content["statements"][0]["value"]["is_true"] is True
    assert [entry["value"]["is_key"] for entry in signs.content["options"]] == [True, True, False]
    assert [entry["value"]["credit"] for entry in who.content["answers"]] == [100, 50]
    assert [entry["value"] for entry in match.content["distractors"]] == ["40 HU"]
    value = ribs.content["answers"][0]["value"]
    assert (value["value"], value["tolerance"]) == (24.0, 1.0)
    assert between.content["stem"] == "<p>Between _____ numbers</p>"
    assert escaped.content["stem"] == "<p>Escaped {braces} and =</p>"
    assert [entry["value"]["text"] for entry in escaped.content["options"]] == ["a~b", "c#d"]


def test_what_gift_says_and_we_cannot_is_listed_with_its_line():
    parsed = parse(GIFT.encode(), "gift")
    assert [(one.line, one.reason) for one in parsed.skipped] == [
        (30, "A description asks nothing: it is not a question here."),
        (32, "Answers begin with = or ~."),
    ]


def moodle(*questions: str) -> bytes:
    return f'<?xml version="1.0"?>\n<quiz>\n{"".join(questions)}\n</quiz>'.encode()


PICTURE = base64.b64encode(png()).decode()
CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> str:
    return (CORPUS / name).read_text(encoding="utf-8").replace("{PICTURE}", PICTURE)


WITH_PICTURE = corpus("picture_question.xml")
OTHERS = corpus("questions.xml")


def test_moodle_question_comes_with_its_picture_and_a_note_for_all_that_is_lost():
    parsed, refused = read_file(moodle(WITH_PICTURE), "moodlexml")
    [draft] = parsed.drafts
    assert (refused, parsed.skipped) == ([], [])
    assert (draft.title, draft.topics, draft.content["stem"]) == (
        "Nodule",
        ["Chest"],
        "<p>What is it?</p>",
    )
    assert draft.pictures == {"picture-1": Picture(name="a b.png", data=png())}
    assert (draft.content["image"], draft.content["image_alt"]) == ("picture-1", "A slice")
    assert [note.text for note in draft.notes] == [
        "Formatting of “Scar x” is not kept.",
        "“Cancer” is worth 50 % there; here only the key counts.",
        "Its 2 points are not kept: every question counts one.",
        "The penalty for repeated tries is not kept.",
        "Hints are not kept.",
        "Feedback is not kept: “Bravo”",
    ]
    assert all(note.line > 2 for note in draft.notes)


def test_moodle_types_are_read_or_listed():
    parsed, refused = read_file(moodle(OTHERS), "moodlexml")
    assert refused == []
    assert {draft.title: draft.item_type for draft in parsed.drafts} == {
        "T": "true_false_set",
        "N": "numeric",
        "C": "gap_fill",
        "G": "gap_fill",
        "O": "ordering",
        "E": "free_text",
        "M": "hotspot",
    }
    assert [(one.title, one.reason) for one in parsed.skipped] == [
        ("X", "Questions of the type “calculated” are not taken in."),
        ("D", "Questions of the type “description” are not taken in."),
    ]
    by_title = {draft.title: draft for draft in parsed.drafts}
    assert {draft.topics[0] for draft in parsed.drafts} == {"Thorax"}
    assert by_title["N"].content["other_units"][0]["value"] == {"unit": "cm", "factor": 10.0}
    assert [e["value"]["accepted"] for e in by_title["C"].content["gaps"]] == ["0", "dark"]
    assert by_title["G"].content["gaps"][0]["value"]["distractors"] == "bright"
    assert [e["value"] for e in by_title["O"].content["elements"]] == ["first", "second"]
    region = by_title["M"].content["regions"][0]["value"]
    assert (region["shape"], region["coordinates"]) == ("ellipse", "50,50 10,20")


def test_moodle_corpus_goes_round():
    first = parse(moodle(WITH_PICTURE, OTHERS), "moodlexml")
    text, skipped = write(first.drafts, "moodlexml")
    second = parse(text.encode(), "moodlexml")
    assert (skipped, second.skipped) == ([], [])
    assert [without_ids(d) for d in second.drafts] == [without_ids(d) for d in first.drafts]


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
        b'<!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>',
        b"<quiz><question></quiz>",
        b"<html></html>",
        b"",
        b"\xff\xfe",
    ],
)
def test_xml_that_is_none_or_hostile_is_refused(data):
    with pytest.raises(NotAQuestionFile):
        parse(data, "moodlexml")


@pytest.mark.django_db
def test_items_taken_in_and_given_out_are_the_same():
    parsed, _refused = read_file(moodle(WITH_PICTURE, OTHERS), "moodlexml")
    department = make_department("Ours")
    items = take_in(drafts=parsed.drafts, department=department, locale=locale_of(), user=None)
    stored = list(Item.objects.filter(pk__in=[i.pk for i in items]).order_by("pk"))
    out = drafts_of(stored)
    for before, after in zip(parsed.drafts, out, strict=True):
        one, other = without_ids(before), without_ids(after)
        assert other["content"].get("image") == one["content"].get("image")
        assert {k: v for k, v in other["content"].items() if k != "references"} == {
            k: v for k, v in one["content"].items() if k != "references"
        }
        assert other["pictures"] == one["pictures"]
        assert sorted(other["topics"]) == sorted(one["topics"])
    assert {image.collection_id for image in SiteImage.objects.all()} == {department.collection_id}
    # A file called after what it shows would give the answer away.
    assert not [image for image in SiteImage.objects.all() if "a b" in image.file.name]


@pytest.mark.django_db
def test_command_takes_in_a_file_and_tells_what_was_lost(tmp_path, capsys):
    path = tmp_path / "bank.gift"
    path.write_text(GIFT, encoding="utf-8")
    call_command("import_questions", str(path), "--format", "gift", "--json", "--dry-run")
    dry = json.loads(capsys.readouterr().out)
    assert (dry["imported"], len(dry["questions"]), Item.objects.count()) == ([], 9, 0)
    call_command("import_questions", str(path), "--format", "gift", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["imported"] == sorted(Item.objects.values_list("pk", flat=True))
    assert [one["line"] for one in report["skipped"]] == [30, 32]
    out = tmp_path / "out.gift"
    call_command("export_questions", "--format", "gift", "--out", str(out), "--json")
    assert json.loads(capsys.readouterr().out)["exported"] == 9
    assert len(parse(out.read_bytes(), "gift").drafts) == 9


@pytest.mark.django_db
def test_command_refuses_bad_input_with_a_sentence(tmp_path):
    path = tmp_path / "x.xml"
    path.write_bytes(b"nonsense")
    for arguments, words in (
        ([str(path), "--format", "moodlexml"], "is not XML"),
        ([str(tmp_path / "none"), "--format", "gift"], "No such file"),
        ([str(path), "--format", "gift", "--department", "nobody"], "no department"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("import_questions", *arguments)


@pytest.mark.parametrize(
    ("start", "file_format"),
    [
        (b'<?xml version="1.0"?><quiz/>', "moodlexml"),
        (b"\xef\xbb\xbf\n <quiz></quiz>", "moodlexml"),
        (b"// a bank\n::Q:: Is it? {T}", "gift"),
        (b"[html]<p>Is it?</p> {T}", "gift"),
        (b"", "gift"),
    ],
)
def test_format_is_seen_from_how_a_file_begins(start, file_format):
    assert format_of(start) == file_format
