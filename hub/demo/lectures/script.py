"""The script of a demo lecture: what each slide shows and what is said over it.

A lecture is a folder of `hub/demo/content/lectures/`: `meta.toml` holds what does not depend on
the language (layouts, pictures, references), `en.toml` and `ru.toml` hold the words.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

CONTENT_DIR = Path(__file__).resolve().parent.parent / "content" / "lectures"

LECTURE_KEYS = (
    "chest-radiograph-systematic",
    "stroke-ct-first-hour",
    "pulmonary-nodule-fleischner",
    "hounsfield-and-windows",
)

PICTURES_BY_LAYOUT = {
    "title": 1,
    "text": 0,
    "picture": 1,
    "two-pictures": 2,
    "table": 0,
    "references": 0,
}

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁ])")


class LectureScriptError(ValueError):
    """The content files of a lecture contradict each other or the format."""


@dataclass(frozen=True)
class Reference:
    """A source: `short` stands in the footer of a slide, `full` on the references slide."""

    key: str
    short: str
    full: str


@dataclass(frozen=True)
class Mark:
    """An arrow head on a picture; `x`, `y` are fractions from the top left corner.

    `angle_deg` is the direction the arrow points in, clockwise from pointing right; `picture`
    counts the pictures of the slide from 0.
    """

    x: float
    y: float
    angle_deg: float
    picture: int = 0


@dataclass(frozen=True)
class WindowSetting:
    """Window centre and width in Hounsfield units."""

    centre_hu: float
    width_hu: float

    @property
    def label(self) -> str:
        """The setting as a viewer prints it, with a true minus sign."""
        centre = f"{self.centre_hu:.0f}".replace("-", "\N{MINUS SIGN}")
        return f"W {self.width_hu:.0f}  L {centre}"


@dataclass(frozen=True)
class WindowSource:
    """A picture of the slice and the window in which it was rendered."""

    scene: str
    window: WindowSetting


@dataclass(frozen=True)
class WindowSweep:
    """One slice shown through a window that travels from stop to stop."""

    sources: tuple[WindowSource, ...]
    stops: tuple[WindowSetting, ...]
    move_s: float
    hold_s: float


@dataclass(frozen=True)
class Zoom:
    """A picture magnified slowly towards (`x`, `y`), fractions of its width and height."""

    x: float
    y: float
    factor: float
    move_s: float
    hold_s: float


Motion = WindowSweep | Zoom


@dataclass(frozen=True)
class Slide:
    """One slide in one language."""

    key: str
    layout: str
    heading: str
    points: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]
    scenes: tuple[str, ...]
    marks: tuple[Mark, ...]
    formula: str
    citations: tuple[str, ...]
    motion: Motion | None


@dataclass(frozen=True)
class Script:
    """A whole lecture in one language."""

    key: str
    language: str
    title: str
    speaker: str
    slides: tuple[Slide, ...]
    references: tuple[Reference, ...]


def load_script(*, key: str, language: str, content_dir: Path = CONTENT_DIR) -> Script:
    """Read a lecture's files.

    Raises LectureScriptError for an unknown lecture or language, or when the files do not agree.
    """
    folder = content_dir / key
    meta = _read(folder / "meta.toml")
    words = _read(folder / f"{language}.toml")
    words_by_key = {slide["key"]: slide for slide in words["slides"]}
    meta_keys = [slide["key"] for slide in meta["slides"]]
    if list(words_by_key) != meta_keys:
        raise LectureScriptError(
            f"{key}/{language}.toml has the slides {list(words_by_key)}, meta.toml has {meta_keys}"
        )
    references = tuple(Reference(**reference) for reference in meta["references"])
    short_by_key = {reference.key: reference.short for reference in references}
    slides = tuple(
        _slide(facts=facts, words=words_by_key[facts["key"]], short_by_key=short_by_key)
        for facts in meta["slides"]
    )
    return Script(
        key=key,
        language=language,
        title=words["title"],
        speaker=words["speaker"],
        slides=slides,
        references=references,
    )


def split_sentences(narration: str) -> tuple[str, ...]:
    """Cut running text into sentences: a full stop counts when a capital letter follows."""
    text = " ".join(narration.split())
    return tuple(_SENTENCE_END.split(text)) if text else ()


def _read(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LectureScriptError(f"there is no {path.parent.name}/{path.name}") from error
    except tomllib.TOMLDecodeError as error:
        raise LectureScriptError(f"{path.parent.name}/{path.name}: {error}") from error


def _slide(*, facts: dict, words: dict, short_by_key: dict[str, str]) -> Slide:
    layout = facts["layout"]
    scenes = tuple(facts.get("pictures", ()))
    if layout not in PICTURES_BY_LAYOUT:
        raise LectureScriptError(f"slide {facts['key']}: no layout is called {layout!r}")
    if len(scenes) != PICTURES_BY_LAYOUT[layout]:
        raise LectureScriptError(
            f"slide {facts['key']}: layout {layout} takes {PICTURES_BY_LAYOUT[layout]} pictures"
        )
    unknown = set(facts.get("cites", ())) - set(short_by_key)
    if unknown:
        raise LectureScriptError(f"slide {facts['key']} cites unknown {sorted(unknown)}")
    return Slide(
        key=facts["key"],
        layout=layout,
        heading=words["heading"],
        points=tuple(words.get("points", ())),
        rows=tuple(tuple(row) for row in words.get("rows", ())),
        sentences=split_sentences(words["narration"]),
        scenes=scenes,
        marks=tuple(Mark(**mark) for mark in facts.get("marks", ())),
        formula=words.get("formula", ""),
        citations=tuple(short_by_key[cite] for cite in facts.get("cites", ())),
        motion=_motion(facts["motion"]) if "motion" in facts else None,
    )


def _motion(facts: dict) -> Motion:
    if facts["kind"] == "zoom":
        return Zoom(
            x=facts["x"],
            y=facts["y"],
            factor=facts["factor"],
            move_s=facts["move_s"],
            hold_s=facts["hold_s"],
        )
    if facts["kind"] == "window":
        return WindowSweep(
            sources=tuple(
                WindowSource(scene=source["scene"], window=_window(source))
                for source in facts["sources"]
            ),
            stops=tuple(_window(stop) for stop in facts["stops"]),
            move_s=facts["move_s"],
            hold_s=facts["hold_s"],
        )
    raise LectureScriptError(f"no motion is called {facts['kind']!r}")


def _window(facts: dict) -> WindowSetting:
    return WindowSetting(centre_hu=facts["centre"], width_hu=facts["width"])
