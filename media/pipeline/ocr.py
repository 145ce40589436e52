"""The words on a slide, read by tesseract where it is installed."""

import functools
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from media.pipeline.process import Limits, run_confined
from media.pipeline.refusals import Refused
from media.pipeline.sandbox import Reach

# ISO 639-1, as a lecture has it, to the names of tesseract's models.
MODELS = {"en": "eng", "ru": "rus", "es": "spa", "fr": "fra", "ar": "ara"}
# Latin words stand on slides of every language.
ALWAYS = "eng"
MAX_CHARACTERS = 4000
# Where packages of tesseract keep its models.
_TRAINED_DATA = tuple(
    Path(path)
    for path in ("/usr/share/tesseract-ocr", "/usr/share/tessdata", "/usr/local/share/tessdata")
)
# Tesseract's table: its columns, the level of a word, and the confidence (0-100) that a line needs.
# Measured: lines of slides from 76 on, most above 90; textures read as words up to 54.
_CELLS, _WORD, _SURE_OF_LINE = 12, "5", 60.0
_LIMITS = Limits(wall_s=60, cpu_s=60, memory_bytes=2 << 30, file_bytes=1 << 20)


@dataclass(frozen=True)
class Reader:
    """A tesseract that has answered, and the models it has."""

    path: Path
    version: str
    models: tuple[str, ...]

    def languages_for(self, language: str) -> str:
        """The models for a lecture in ``language``, as tesseract wants them; empty for none."""
        wanted = dict.fromkeys([MODELS.get(language.split("-", maxsplit=1)[0], ALWAYS), ALWAYS])
        return "+".join(model for model in wanted if model in self.models)


def find_reader() -> Reader | None:
    """The installed tesseract, or None where there is none that runs."""
    path = shutil.which("tesseract")
    return _identify(path) if path else None


@functools.cache
def _identify(path: str) -> Reader | None:
    try:
        version = _ask(path, "--version")
        models = _ask(path, "--list-langs")
    except (OSError, subprocess.SubprocessError):
        return None
    return Reader(
        path=Path(path),
        version=" ".join(version.split()[1:2]),
        models=tuple(line.strip() for line in models.splitlines()[1:] if line.strip()),
    )


def _ask(path: str, question: str) -> str:
    answer = subprocess.run(  # noqa: S603  the path comes from the search path
        [path, question],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=20,
        check=True,
    )
    return answer.stdout


def read_text(picture: Path, *, language: str, reader: Reader) -> str:
    """The words on a picture, in lines as they stand; empty when there are none to be read.

    A slide that can't be read is no reason to lose the lecture's other pictures.
    """
    models = reader.languages_for(language)
    if not models:
        return ""
    lines: list[str] = []
    try:
        finished = run_confined(
            [
                str(reader.path),
                str(picture.resolve()),
                "stdout",
                "-l",
                models,
                "--psm",
                "3",
                "-c",
                "tessedit_create_tsv=1",
            ],
            limits=_LIMITS,
            on_output=lines.append,
            # Its threads cost more than they bring on pictures of this size.
            env={"OMP_THREAD_LIMIT": "1"},
            reach=Reach(reads=(picture, *(path for path in _TRAINED_DATA if path.exists()))),
        )
    except Refused:
        return ""
    return tidy(sure_lines(lines)) if finished.returncode == 0 else ""


def sure_lines(table: Iterable[str]) -> str:
    """The lines of which tesseract is sure, from its table (TSV) of words with their places.

    Textures and pictures are read as words, too, but with doubts; a line of them would become a
    chapter's name.
    """
    words: dict[tuple[str, ...], list[tuple[float, str]]] = {}
    for row in table:
        cells = row.rstrip("\n").split("\t")
        # level, page, block, paragraph, line, word, left, top, width, height, confidence, text
        if len(cells) == _CELLS and cells[0] == _WORD and cells[11].strip():
            words.setdefault(tuple(cells[1:5]), []).append((float(cells[10]), cells[11]))
    kept = []
    for line in words.values():
        letters = sum(len(word) for _confidence, word in line)
        sureness = sum(confidence * len(word) for confidence, word in line) / letters
        if sureness >= _SURE_OF_LINE:
            kept.append(" ".join(word for _confidence, word in line))
    return "\n".join(kept)


def tidy(text: str) -> str:
    """Recognised text without the specks that are taken for letters, at most 4000 characters."""
    kept = []
    for line in text.replace("\f", "\n").splitlines():
        words = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in line)).strip()
        letters = sum(character.isalnum() for character in words)
        # Noise in a picture is read as lone signs: words are mostly letters.
        if letters >= 2 and letters * 2 >= len(words.replace(" ", "")):
            kept.append(words)
    return "\n".join(kept)[:MAX_CHARACTERS]
