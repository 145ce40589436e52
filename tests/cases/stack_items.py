"""Contents of questions on a stack, made by hypothesis, for tests of their types."""

import json

from hypothesis import strategies as st

CASE = "6f0b58a0-3a55-4f5e-9a38-6a3f5b0f2c11"
SERIES = "0123456789ab"
SECRET = "TELLTALE"


def stack(*, count: int = 20, rows: int = 64, columns: int = 80, gap: float = 3.0) -> dict:
    """An axial stack of 0.5 × 0.8 mm pixels, `gap` millimetres apart."""
    return {
        "count": count,
        "rows": rows,
        "columns": columns,
        "spacing": [0.8, 0.5],
        "orientation": [1, 0, 0, 0, 1, 0],
        "positions": [[-20.0, -25.0, -100 + gap * at] for at in range(count)],
    }


def content(mark: dict, *, space: dict | None = None, **fields) -> dict:
    """An item's content with this mark as its key."""
    return {
        "stem": "<p>Look.</p>",
        "place": json.dumps(
            {"case": CASE, "series": SERIES, "stack": space or stack(), "mark": mark}
        ),
        "tolerance_mm": 2.0,
        "reach_mm": 12.0,
        "explanation": f"<p>{SECRET} explained</p>",
        "references": [],
    } | fields


_at = st.integers(0, 19)
_x, _y = st.floats(4, 75), st.floats(4, 59)
_radius = st.floats(1, 4)
_limits = st.tuples(st.floats(0, 5), st.floats(0, 30)).map(
    lambda pair: {"tolerance_mm": pair[0], "reach_mm": pair[0] + pair[1]}
)

REGIONS = st.fixed_dictionaries(
    {"at": _at, "x": _x, "y": _y, "rx": _radius, "ry": _radius, "depth_mm": st.floats(0, 20)}
)
LINES = st.fixed_dictionaries(
    {"at": _at, "points": st.tuples(st.tuples(_x, _y), st.tuples(_x, _y))}
).filter(lambda mark: mark["points"][0] != mark["points"][1])
RANGES = st.tuples(_at, _at).map(lambda pair: {"first": min(pair), "last": max(pair)})

CONTENTS = {
    "mark_lesion": st.builds(
        lambda mark, limits, answer: content(mark, answer=answer, **limits),
        REGIONS,
        _limits,
        st.sampled_from(["point", "outline"]),
    ),
    "choose_slice": st.builds(lambda mark, limits: content(mark, **limits), RANGES, _limits),
    "measure": st.builds(lambda mark, limits: content(mark, **limits), LINES, _limits),
}
MARKS = {"mark_lesion": REGIONS, "choose_slice": RANGES, "measure": LINES}


@st.composite
def responses(draw, code, item_content):
    """Some answer a learner might give."""
    per_cent = st.floats(0, 100).map(lambda value: round(value, 3))
    fields = {
        "mark_lesion": ("x", "y", "wide", "high")
        if item_content.get("answer") == "outline"
        else ("x", "y"),
        "choose_slice": (),
        "measure": ("x", "y", "x2", "y2"),
    }[code]
    return {"image": draw(st.integers(1, 20))} | {name: draw(per_cent) for name in fields}
