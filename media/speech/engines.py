"""The engines that can be asked, each found when it is wanted.

An engine is a command that is given one recording (WAV, 16 kHz, mono) and a language, and writes
WebVTT to a file. Models lie together in one folder, under the names their makers gave them; of
several that fit the largest is taken, which is the one that errs least.
"""

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Asks engines that are Python packages, in a process of its own.
LISTEN = Path(__file__).with_name("listen.py")


@dataclass(frozen=True)
class Engine:
    """An engine with the model for one language."""

    name: str
    model: Path
    # Of the sound, the WebVTT to be written, and the language (ISO 639-1).
    command: Callable[[Path, Path, str], list[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of engine: how it is found, and what to install where it is not.

    ``program`` gives what must be there beside a model, empty where it is missing; ``models``
    those of the folder that know a language.
    """

    name: str
    install: str
    program: Callable[[], str]
    models: Callable[[Path, str], list[Path]]
    command: Callable[[str, Path, Path, Path, str], list[str]]

    def find(self, language: str, folder: Path) -> Engine | None:
        """The engine for ``language``, if its program and a model are there."""
        program = self.program()
        models = self.models(folder, _code(language)) if program and folder.is_dir() else []
        if not models:
            return None
        model = max(models, key=_size)
        return Engine(
            name=self.name,
            model=model,
            command=lambda sound, out, code: self.command(program, model, sound, out, _code(code)),
        )


def find_engine(language: str, folder: Path) -> Engine | None:
    """The first engine that is installed and has a model for ``language`` in ``folder``."""
    found = (kind.find(language, folder) for kind in ENGINES)
    return next((engine for engine in found if engine is not None), None)


def _code(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


# --- whisper.cpp: one program, one file for all languages; those named ".en" know English alone


def _whisper_cli() -> str:
    return shutil.which("whisper-cli") or ""


def _ggml(folder: Path, language: str) -> list[Path]:
    return [
        path
        for path in folder.glob("ggml-*.bin")
        # The detector of silence that is shipped beside them hears no words.
        if "silero" not in path.name and (".en" not in path.name or language == "en")
    ]


def _ask_whisper_cli(program: str, model: Path, sound: Path, out: Path, language: str) -> list[str]:
    return [
        program, "--model", str(model), "--language", language, "--file", str(sound),
        "--output-vtt", "--output-file", str(out.with_suffix("")), "--no-prints",
    ]  # fmt: skip


# --- Python packages: asked in a process of their own, by media/speech/listen.py


def _package(name: str) -> Callable[[], str]:
    def found() -> str:
        return sys.executable if importlib.util.find_spec(name) else ""

    return found


def _ask_package(name: str) -> Callable[[str, Path, Path, Path, str], list[str]]:
    def command(program: str, model: Path, sound: Path, out: Path, language: str) -> list[str]:
        return [program, str(LISTEN), name, str(model), str(sound), str(out), language]

    return command


def _faster_whisper_models(folder: Path, language: str) -> list[Path]:
    return [
        path.parent
        for path in folder.glob("*whisper*/model.bin")
        if ".en" not in path.parent.name or language == "en"
    ]


def _vosk_models(folder: Path, language: str) -> list[Path]:
    # "vosk-model-small-ru-0.22": the language is the first part of two letters.
    named = re.compile(r"vosk-model(?:-(?:small|big))?-([a-z]{2})(?:-|$)")
    found = ((path, named.match(path.name)) for path in folder.glob("vosk-model-*"))
    return [path for path, match in found if path.is_dir() and match and match[1] == language]


# In the order in which they are asked: what errs least comes first.
ENGINES: tuple[Kind, ...] = (
    Kind(
        name="whisper.cpp",
        install="whisper.cpp (whisper-cli): ggml-*.bin",
        program=_whisper_cli,
        models=_ggml,
        command=_ask_whisper_cli,
    ),
    Kind(
        name="faster-whisper",
        install="pip install faster-whisper: faster-whisper-*/model.bin",
        program=_package("faster_whisper"),
        models=_faster_whisper_models,
        command=_ask_package("faster-whisper"),
    ),
    Kind(
        name="vosk",
        install="pip install vosk: vosk-model-*",
        program=_package("vosk"),
        models=_vosk_models,
        command=_ask_package("vosk"),
    ),
)
