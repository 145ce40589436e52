"""Contents of every item type as hypothesis makes them, and the same item with another key.

A rekeyed item differs in nothing but its key: what a learner sees before answering must be equal.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

WORDS = st.text(alphabet="abcdefghijklm ", min_size=1, max_size=12).map(
    lambda text: " ".join(text.split()) or "a"
)
NUMBERS = st.integers(-10_000, 10_000).map(lambda number: number / 100)
PERCENT = st.integers(0, 100)
SECRET = "SECRET"


def listed(values: list[Any], ids: list[str] | None = None) -> list[dict[str, Any]]:
    """Values as a ListBlock stores them."""
    ids = ids or [str(uuid.uuid4()) for _value in values]
    return [
        {"type": "item", "id": id_, "value": value} for id_, value in zip(ids, values, strict=True)
    ]


def ids(number: int):
    return st.lists(st.uuids().map(str), min_size=number, max_size=number, unique=True)


@st.composite
def _around(draw, parts):
    """The parts of a type in a whole item."""
    return {
        "stem": f"<p>{draw(WORDS)}</p>",
        "image": None,
        "image_alt": "",
        "explanation": f"<p>{SECRET}EXPLANATION</p>",
        "references": listed([f"{SECRET}REFERENCE 2020;1:1."]),
    } | draw(parts)


@st.composite
def _options(draw, *, several: bool):
    number = draw(st.integers(2, 7))
    keys = draw(
        st.lists(st.booleans(), min_size=number, max_size=number).filter(any)
        if several
        else st.permutations([True] + [False] * (number - 1))
    )
    values = [
        {"text": f"{draw(WORDS)} {n}", "is_key": key, "feedback": f"{SECRET}FEEDBACK{n}"}
        for n, key in enumerate(keys)
    ]
    found = {"options": listed(values, draw(ids(number)))}
    if several:
        found["scoring"] = draw(st.sampled_from(["minus", "each", "all"]))
    return found


@st.composite
def _statements(draw):
    number = draw(st.integers(1, 6))
    values = [
        {"text": f"{draw(WORDS)} {n}", "is_true": draw(st.booleans()), "feedback": f"{SECRET}{n}"}
        for n in range(number)
    ]
    return {
        "statements": listed(values, draw(ids(number))),
        "scoring": draw(st.sampled_from(["each", "all"])),
    }


@st.composite
def _extended(draw):
    options, vignettes = draw(st.integers(2, 8)), draw(st.integers(1, 5))
    values = [
        {
            "text": draw(WORDS),
            "key": "ABCDEFGH"[draw(st.integers(0, options - 1))],
            "feedback": SECRET,
        }
        for _n in range(vignettes)
    ]
    return {
        "options": listed([f"{draw(WORDS)} {n}" for n in range(options)], draw(ids(options))),
        "vignettes": listed(values, draw(ids(vignettes))),
    }


@st.composite
def _short(draw):
    texts = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    worth = [100, *draw(st.lists(PERCENT, min_size=len(texts) - 1, max_size=len(texts) - 1))]
    values = [
        {"text": f"{SECRET} {text}", "credit": credit, "feedback": SECRET}
        for text, credit in zip(texts, worth, strict=True)
    ]
    return {"answers": listed(values), "forgive_slips": draw(st.booleans())}


@st.composite
def _number(draw):
    values = [
        {
            "value": draw(NUMBERS),
            "tolerance": draw(st.integers(0, 50)) / 10,
            "tolerance_kind": draw(st.sampled_from(["absolute", "percent"])),
            "credit": credit,
            "feedback": SECRET,
        }
        for credit in [100, *draw(st.lists(PERCENT, max_size=2))]
    ]
    others = draw(st.sampled_from([[], [{"unit": "cm", "factor": 10.0}]]))
    return {"answers": listed(values), "unit": "mm", "other_units": listed(others)}


@st.composite
def _elements(draw):
    number = draw(st.integers(2, 7))
    texts = [f"{draw(WORDS)} {n}" for n in range(number)]
    return {
        "elements": listed(texts, draw(ids(number))),
        "scoring": draw(st.sampled_from(["each", "all"])),
    }


@st.composite
def _pairs(draw):
    number = draw(st.integers(2, 6))
    values = [{"prompt": f"prompt {n}", "match": f"{draw(WORDS)} {n % 4}"} for n in range(number)]
    extra = [f"none {n}" for n in range(draw(st.integers(0, 3)))]
    return {"pairs": listed(values, draw(ids(number))), "distractors": listed(extra)}


@st.composite
def _gaps(draw):
    values: list[dict[str, Any]] = []
    for kind in draw(
        st.lists(st.sampled_from(["text", "choice", "number"]), min_size=1, max_size=4)
    ):
        accepted = {"text": f"{SECRET} {draw(WORDS)}", "choice": "right", "number": "12.5"}[kind]
        others = f"wrong\n{draw(WORDS)}" if kind == "choice" else ""
        values.append(
            {"kind": kind, "accepted": accepted, "distractors": others, "tolerance": 0.5}
            | {"feedback": SECRET}
        )
    text = " and ".join(f"text [[{n}]]" for n in range(1, len(values) + 1))
    return {
        "text": f"<p>{text}</p>",
        "gaps": listed(values, draw(ids(len(values)))),
        "forgive_slips": draw(st.booleans()),
    }


@st.composite
def _regions(draw):
    number = draw(st.integers(1, 4))
    values = []
    for n in range(number):
        x, y = draw(st.integers(10, 90)), draw(st.integers(10, 90))
        shape = draw(st.sampled_from(["ellipse", "polygon"]))
        corners = f"{x - 5},{y - 5} {x + 6},{y - 4} {x},{y + 7}"
        values.append(
            {
                "name": f"{SECRET}NAME{n}",
                "shape": shape,
                "coordinates": f"{x},{y} 5,3" if shape == "ellipse" else corners,
                "is_key": n == 0 or draw(st.booleans()),
                "feedback": SECRET,
            }
        )
    keys = sum(value["is_key"] for value in values)
    return {
        "regions": listed(values),
        "marks": keys,
        "tolerance": draw(st.integers(0, 5)),
        "aspect": draw(st.sampled_from([0.5, 1, 1.5])),
    }


@st.composite
def _rubric(draw):
    number = draw(st.integers(1, 4))
    values = [{"text": f"{SECRET} {n}", "points": draw(st.integers(1, 5))} for n in range(number)]
    return {"rubric": listed(values), "model_answer": f"<p>{SECRET}</p>"}


CONTENTS = {
    "single_best_answer": _around(_options(several=False)),
    "multiple_response": _around(_options(several=True)),
    "true_false_set": _around(_statements()),
    "extended_matching": _around(_extended()),
    "short_answer": _around(_short()),
    "numeric": _around(_number()),
    "ordering": _around(_elements()),
    "matching": _around(_pairs()),
    "gap_fill": _around(_gaps()),
    "hotspot": _around(_regions()),
    "free_text": _around(_rubric()),
}


def _rotate(entries: list[dict], name: str) -> None:
    """Give each entry's value the `name` of the entry before it."""
    old = [entry["value"][name] for entry in entries]
    for entry, value in zip(entries, [old[-1], *old[:-1]], strict=True):
        entry["value"][name] = value


def _swap_gaps(content: dict) -> None:
    for entry in content["gaps"]:
        gap = entry["value"]
        if gap["kind"] == "choice":
            first, *rest = gap["distractors"].split("\n")
            gap["distractors"] = "\n".join([gap["accepted"], *rest])
            gap["accepted"] = first
        else:
            gap["accepted"] = {"text": "another", "number": "-3"}[gap["kind"]]


def _negate(content: dict) -> None:
    for entry in content["statements"]:
        entry["value"]["is_true"] = not entry["value"]["is_true"]


def _set_all(part: str, **values: Any) -> Callable[[dict], None]:
    def change(content: dict) -> None:
        for entry in content[part]:
            entry["value"] |= values

    return change


REKEY: dict[str, Callable[[dict], None]] = {
    "single_best_answer": lambda content: _rotate(content["options"], "is_key"),
    "multiple_response": lambda content: _rotate(content["options"], "is_key"),
    "true_false_set": _negate,
    "extended_matching": _set_all("vignettes", key="B"),
    "short_answer": _set_all("answers", text="another", credit=100),
    "numeric": _set_all("answers", value=-77.7, tolerance=3, credit=100),
    "ordering": lambda content: content["elements"].reverse(),
    "matching": lambda content: _rotate(content["pairs"], "match"),
    "gap_fill": _swap_gaps,
    "hotspot": _set_all("regions", coordinates="50,50 2,2", shape="ellipse", name="x"),
    "free_text": _set_all("rubric", text="another", points=3),
}


def rekeyed(code: str, content: dict) -> dict:
    """The same item with another key."""
    other = json.loads(json.dumps(content))
    REKEY[code](other)
    return other
