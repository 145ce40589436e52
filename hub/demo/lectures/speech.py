"""Narration: a sentence becomes sound, or, where no engine is installed, only a length of time."""

import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

SAMPLE_RATE_HZ = 22_050

# Russian words are longer than English ones, so fewer of them fit into a minute.
READING_WORDS_PER_MINUTE = {"en": 165, "ru": 130}
SHORTEST_SENTENCE_S = 1.2


class SpeechError(RuntimeError):
    """The speech engine is installed but gave no usable sound."""


class Speech(Protocol):
    """Something that can read a sentence aloud."""

    def is_available(self) -> bool:
        """Whether the engine can be used on this machine."""

    def speak(self, *, text: str, language: str) -> np.ndarray:
        """Return mono samples, int16, at SAMPLE_RATE_HZ."""


@dataclass(frozen=True)
class Espeak:
    """The eSpeak NG engine as a command; speeds are its own words per minute."""

    command: str = "espeak-ng"
    speed_wpm_by_language: tuple[tuple[str, int], ...] = (("en", 155), ("ru", 150))

    def is_available(self) -> bool:
        """Whether the command is on PATH."""
        return shutil.which(self.command) is not None

    def speak(self, *, text: str, language: str) -> np.ndarray:
        """Return the sentence as int16 mono samples at SAMPLE_RATE_HZ.

        Raises SpeechError when the command fails or writes another sample format.
        """
        speed_wpm = dict(self.speed_wpm_by_language)[language]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sentence.wav"
            command = [self.command, "-v", language, "-s", str(speed_wpm), "-w", str(path), "--"]
            result = subprocess.run(  # noqa: S603 - fixed command, text is our own content
                [*command, text], capture_output=True, check=False, timeout=60
            )
            if result.returncode != 0 or not path.exists():
                message = result.stderr.decode(errors="replace").strip()
                raise SpeechError(f"{self.command}: {message or result.returncode}")
            return _read_wave(path)


INSTALLED_SPEECH = Espeak()


def reading_time_s(*, text: str, language: str) -> float:
    """Estimate in seconds how long a sentence takes to read, from its number of words."""
    words_per_s = READING_WORDS_PER_MINUTE[language] / 60
    return max(SHORTEST_SENTENCE_S, len(text.split()) / words_per_s)


def _read_wave(path: Path) -> np.ndarray:
    with wave.open(str(path), "rb") as sound:
        shape = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
        if shape != (1, 2, SAMPLE_RATE_HZ):
            raise SpeechError(f"unexpected sound format {shape}")
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    audible = np.flatnonzero(np.abs(samples) > 64)
    # The engine pads sentences with silence; pauses are ours to set.
    return samples[audible[0] : audible[-1] + 1] if audible.size else samples[:0]
