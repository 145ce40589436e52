"""Ask an engine that is a Python package: `listen.py ENGINE MODEL SOUND OUT LANGUAGE`.

Runs as a process of its own, shut in like every child of the pipeline: models are large, and what
an engine leaks or crashes on ends with it. Writes WebVTT; nothing is fetched from anywhere.
"""

import json
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

Line = tuple[float, float, str]

# A caption as long as one reads in a breath: two lines of forty characters, six seconds.
MOST_CHARACTERS, MOST_S, PAUSE_S = 80, 6.0, 0.7


def main(arguments: list[str]) -> int:
    """Write what is said."""
    engine, model, sound, out, language = arguments
    listen = {"faster-whisper": _faster_whisper, "vosk": _vosk}[engine]
    lines = (line for line in listen(model, sound, language) if any(map(str.isalnum, line[2])))
    text = "\n".join(map(_block, lines))
    Path(out).write_text(f"WEBVTT\n\n{text}", encoding="utf-8")
    return 0


def _faster_whisper(model: str, sound: str, language: str) -> Iterator[Line]:
    from faster_whisper import WhisperModel  # noqa: PLC0415  optional

    whisper = WhisperModel(model, device="auto", compute_type="int8", local_files_only=True)
    segments, _told = whisper.transcribe(
        sound, language=language, word_timestamps=True, condition_on_previous_text=False
    )
    words = (word for segment in segments for word in segment.words or ())
    yield from lines_of((word.start, word.end, word.word) for word in words)


def _vosk(model: str, sound: str, _language: str) -> Iterator[Line]:
    import vosk  # noqa: PLC0415  optional

    vosk.SetLogLevel(-1)
    with wave.open(sound, "rb") as opened:
        recogniser = vosk.KaldiRecognizer(vosk.Model(model), opened.getframerate())
        recogniser.SetWords(True)
        found: list[dict] = []
        while samples := opened.readframes(8000):
            if recogniser.AcceptWaveform(samples):
                found += json.loads(recogniser.Result()).get("result", [])
        found += json.loads(recogniser.FinalResult()).get("result", [])
    yield from lines_of((word["start"], word["end"], f" {word['word']}") for word in found)


def lines_of(words: Iterator[Line] | list[Line]) -> Iterator[Line]:
    """Words with their seconds, each with the space before it, as captions.

    A new one begins after a pause, a full stop, a full line; never within a word.
    """
    start_s = end_s = 0.0
    text = ""
    for word_start_s, word_end_s, word in words:
        full = len(text) + len(word) >= MOST_CHARACTERS or word_end_s - start_s > MOST_S
        ended = full or word_start_s - end_s > PAUSE_S or text.endswith((".", "?", "!", "؟"))
        if text and ended and word[:1].isspace():
            yield start_s, end_s, text
            text = ""
        if not text:
            start_s = word_start_s
        text = (text + word).lstrip()
        end_s = max(word_end_s, start_s + 0.2)
    if text:
        yield start_s, end_s, text


def _block(line: Line) -> str:
    start_s, end_s, text = line
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{_clock(start_s)} --> {_clock(end_s)}\n{safe}\n"


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
