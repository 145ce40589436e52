"""When each sentence is said and how long each slide stays, in seconds from the start."""

import math
from dataclasses import dataclass

import numpy as np

from hub.demo.lectures.script import Script
from hub.demo.lectures.speech import SAMPLE_RATE_HZ, Speech, reading_time_s

FRAMES_PER_S = 10
PAUSE_BEFORE_S = 0.5
PAUSE_BETWEEN_S = 0.35
PAUSE_AFTER_S = 0.9


@dataclass(frozen=True)
class SpokenSentence:
    """A sentence with its place in the lecture; `samples` is None when nothing is heard."""

    text: str
    start_s: float
    end_s: float
    samples: np.ndarray | None


@dataclass(frozen=True)
class SlideTime:
    """The stay of one slide; frames are counted so that slides meet without rounding."""

    first_frame: int
    frames: int
    sentences: tuple[SpokenSentence, ...]

    @property
    def duration_s(self) -> float:
        """How long the slide is seen."""
        return self.frames / FRAMES_PER_S


def plan_timeline(*, script: Script, speech: Speech | None) -> tuple[SlideTime, ...]:
    """Lay the sentences of every slide one after another, with pauses around them."""
    slides: list[SlideTime] = []
    first_frame = 0
    for slide in script.slides:
        clock_s = first_frame / FRAMES_PER_S + PAUSE_BEFORE_S
        sentences = []
        for text in slide.sentences:
            samples = speech.speak(text=text, language=script.language) if speech else None
            length_s = (
                reading_time_s(text=text, language=script.language)
                if samples is None
                else len(samples) / SAMPLE_RATE_HZ
            )
            sentences.append(SpokenSentence(text, clock_s, clock_s + length_s, samples))
            clock_s += length_s + PAUSE_BETWEEN_S
        end_s = clock_s - PAUSE_BETWEEN_S + PAUSE_AFTER_S
        last_frame = math.ceil(round(end_s * FRAMES_PER_S, 6))
        slides.append(SlideTime(first_frame, last_frame - first_frame, tuple(sentences)))
        first_frame = last_frame
    return tuple(slides)


def sound_track(timeline: tuple[SlideTime, ...]) -> np.ndarray | None:
    """Mix the sentences into one int16 track as long as the film; None when nothing is heard."""
    spoken = [sentence for slide in timeline for sentence in slide.sentences]
    total_frames = timeline[-1].first_frame + timeline[-1].frames
    track = np.zeros(total_frames * SAMPLE_RATE_HZ // FRAMES_PER_S, dtype=np.int16)
    for sentence in spoken:
        if sentence.samples is None:
            return None
        start = round(sentence.start_s * SAMPLE_RATE_HZ)
        track[start : start + len(sentence.samples)] = sentence.samples
    return track
