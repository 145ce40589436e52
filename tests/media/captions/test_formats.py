"""Captions of every format become the same cues; what can't be read is told by its line."""

import pytest

from media.captions import InvalidCaptions, parse, plain, read, to_srt, to_webvtt

SRT = """1
00:00:01,000 --> 00:00:04,000
Look at the <i>apices</i> first.

2
01:02:03,500 --> 01:02:05,000
{\\an8}Two lines
of <font color="#ff0000">text</font>.
"""
ASS = """[Script Info]
Title: Chest

[V4+ Styles]
Format: Name, Fontname

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not said
Dialogue: 0,1:02:03.50,1:02:05.00,Default,,0,0,0,,{\\an8}Two lines\\Nof {\\c&H0000FF&}text.
Dialogue: 0,0:00:01.00,0:00:04.00,Default,,0,0,0,,Look at the {\\i1}apices{\\i0} first.
Dialogue: 1,0:00:01.00,0:00:04.00,Default,,0,0,0,,Look at the {\\i1}apices{\\i0} first.
Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}
"""
TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="en">
  <head><layout><region xml:id="top" tts:displayAlign="before"/></layout></head>
  <body><div>
    <p begin="00:00:01.000" end="4s">Look at the
      <span tts:fontStyle="italic">apices</span> first.</p>
    <p begin="3723.5s" dur="1500ms" region="top">Two lines<br/>of text.</p>
  </div></body>
</tt>
"""
VTT = """WEBVTT

00:01.000 --> 00:04.000
Look at the <i>apices</i> first.

01:02:03.500 --> 01:02:05.000 line:0
Two lines
of text.
"""
SAME = [
    (1.0, 4.0, "Look at the <i>apices</i> first.", ""),
    (3723.5, 3725.0, "Two lines\nof text.", "line:0"),
]


def cues_of(text: str) -> list[tuple[float, float, str, str]]:
    return [(cue.start_s, cue.end_s, cue.text, cue.settings) for cue in parse(text)]


def fault_lines(text: str) -> list[int]:
    with pytest.raises(InvalidCaptions) as caught:
        parse(text)
    return [fault.line for fault in caught.value.faults]


@pytest.mark.parametrize("text", [SRT, ASS, TTML, VTT], ids=["srt", "ass", "ttml", "vtt"])
def test_each_format_gives_the_same_cues(text):
    assert cues_of(text) == SAME
    assert cues_of(to_webvtt(parse(text))) == SAME


def test_subrip_made_of_cues_has_words_and_times_without_tags():
    made = to_srt(parse(VTT))
    assert "00:00:01,000 --> 00:00:04,000\nLook at the apices first.\n" in made
    assert [(s, e) for s, e, _t, _x in cues_of(made)] == [(s, e) for s, e, _t, _x in SAME]


def test_subrip_is_read_as_players_read_it():
    text = (
        "00:00:05.5 --> 00:00:06,000\nno number, a point, one digit\n\n\n"
        "7\n0:00:01,000 --> 0:00:02,000 X1:100 X2:200\nearlier\n\nafter an empty line\n"
    )
    assert cues_of(text) == [
        (1.0, 2.0, "earlier\nafter an empty line", ""),
        (5.5, 6.0, "no number, a point, one digit", ""),
    ]


def test_number_at_the_end_of_a_sentence_is_not_taken_for_the_next_captions_number():
    text = "1\n00:00:01,000 --> 00:00:02,000\nCount to\n3\n"
    assert cues_of(text)[0][2] == "Count to\n3"


def test_old_script_alpha_with_its_own_columns_and_a_speaker():
    text = (
        "[Script Info]\nScriptType: v4.00\n[Events]\n"
        "Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: Marked=0,0:00:01.05,0:00:02.00,Default,Dr. Roe,0,0,0,,Well, here, we are.\n"
    )
    assert cues_of(text) == [(1.05, 2.0, "<v Dr. Roe>Well, here, we are.</v>", "")]


def test_timed_text_in_frames_ticks_and_nested_times():
    text = (
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
        'ttp:frameRate="25" ttp:tickRate="10000000"><body begin="10s"><div>'
        '<p begin="00:00:01:05" end="00:00:02:00">frames</p>'
        '<p begin="30000000t" end="40000000t">ticks</p>'
        '<p begin="25f" dur="12f"><span>offset</span></p></div></body></tt>'
    )
    assert [(c.start_s, c.end_s, c.text) for c in parse(text)] == [
        (11.0, 11.48, "offset"),
        (11.2, 12.0, "frames"),
        (13.0, 14.0, "ticks"),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (SRT.replace("00:00:04,000", "00:00:00,500"), [2]),
        (SRT.replace("01:02:03,500 -->", "soon -->"), [6]),
        (ASS.replace("1:02:03.50", "later"), [10]),
        (TTML.replace('dur="1500ms"', 'dur="a while"'), [7, 7]),
        (TTML.replace('end="4s"', ""), [5]),
        (TTML.replace("</div>", ""), [8]),
        ('<!DOCTYPE tt [<!ENTITY a "aaaa">]>\n<tt xmlns="x"><p>&a;</p></tt>', [1]),
    ],
)
def test_fault_is_told_by_its_line(text, lines):
    assert fault_lines(text) == lines


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1251",
                                  "koi8-r", "cp866", "mac_cyrillic", "iso8859_5"])  # fmt: skip
def test_russian_is_read_in_any_encoding(name):
    words = "Смотрите сначала на верхушки лёгких, затем на корни.\nЭто не опухоль?"
    data = f"1\r\n00:00:01,000 --> 00:00:04,000\r\n{words}\r\n".encode(name)
    assert read(data, language="ru")[0].text == words


@pytest.mark.parametrize("name", ["utf-8", "utf-16-be", "cp1256", "iso8859_6"])
def test_arabic_is_read_in_any_encoding(name):
    words = "انظر أولا إلى قمة الرئة ثم إلى القلب"
    data = f"1\n00:00:01,000 --> 00:00:04,000\n{words}\n".encode(name)
    assert read(data, language="ar")[0].text == words


@pytest.mark.parametrize("name", ["utf-8", "cp1252", "mac_roman"])
@pytest.mark.parametrize("words", ["Voilà l’épanchement pleural, à gauche", "¿Qué está señalando?"])
def test_french_and_spanish_are_read_in_any_encoding(name, words):
    data = f"1\n00:00:01,000 --> 00:00:04,000\n{words}\n".encode(name)
    assert read(data, language="fr")[0].text == words


def test_timed_text_says_its_encoding_itself():
    text = TTML.replace("UTF-8", "windows-1251").replace("Two lines", "Две строки")
    assert read(text.encode("cp1251"), language="en")[1].text == "Две строки\nof text."


def test_file_cut_in_the_middle_of_a_character_stays_utf8():
    data = ("WEBVTT\n\n00:01.000 --> 00:04.000\n" + "лёгкое " * 30).encode()[:-2]
    text = read(data, language="ru")[0].text
    assert text.startswith("лёгкое лёгкое")
    assert text.endswith("\ufffd")


@pytest.mark.parametrize(
    ("payload", "kept", "words"),
    [
        ("<script>alert(1)</script>", "alert(1)", "alert(1)"),
        ("<img src=x onerror=alert(1)>hm", "hm", "hm"),
        ("<b onclick=x>bold", "<b>bold</b>", "bold"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&lt;script&gt;", "&lt;script&gt;", "<script>"),
        ("<v Dr. <b>X>hello", "&lt;v Dr. <b>X&gt;hello</b>", "<v Dr. X>hello"),
        ("<v Roe & Co>hello", "<v Roe &amp; Co>hello</v>", "hello"),
        ("<c.red.bg>co</c>lour", "colour", "colour"),
        ("<i><b>x</i>y</b>", "<i><b>x</b></i>y", "xy"),
        ("<00:02.000>sung", "sung", "sung"),
        ('<lang ru>да</lang><lang x"y>no', "<lang ru>да</lang>no", "даno"),
        ("a\u0007b\u202ec", "abc", "abc"),
    ],
)
def test_text_keeps_its_words_and_only_safe_tags(payload, kept, words):
    (cue,) = parse(f"WEBVTT\n\n00:01.000 --> 00:04.000\n{payload}\n")
    assert cue.text == kept
    assert plain(cue.text) == words


def test_position_is_kept_where_it_is_valid():
    (cue,) = parse(
        "WEBVTT\n\n00:01.000 --> 00:04.000 line:10% position:200% align:start size:50% "
        "region:<b> align:middle\nText"
    )
    assert cue.settings == "line:10% align:start size:50%"
