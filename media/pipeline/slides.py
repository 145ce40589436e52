"""Find the slides of a lecture in pictures sampled from it: pure arithmetic on luma.

A slide is a picture that stays for two seconds or more. What moves without end (a speaker in
a corner, a stack being scrolled, a film) is learnt as it moves and then left out of account,
so that a scrolled stack is one slide with one picture that stands for it; what is too small to
be read (a cursor, a laser pointer) never counts.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.uint8]
Blocks = npt.NDArray[np.bool_]

# Pictures are compared in blocks of this side, in pixels of the reduced picture.
BLOCK = 8
# The reduced picture is about this wide: a line of 18-pixel text on a full HD slide still
# covers more than half of a block's height.
REDUCED_WIDTH = 480
# Mean difference of luma (0–255) in a block above which it counts as changed.
CHANGED_ABOVE = 6.0
# What changes most of the picture by more than this is a film or another slide, not noise.
MOST_NOISE = 12.0
# Words make rows of changed blocks; a cursor or a pointer's dot never reaches across so many.
ROW_BLOCKS = 5
MIN_BLOCKS = 8
# A picture that changes at most in this part of its area is at rest, whatever a speaker does.
REST_SHARE = 0.12
# Where so much of the picture is known to move, only a different scene counts as a change.
MOSTLY_MOVING = 0.3
SAME_SCENE_CORRELATION = 0.5
ANOTHER_SCENE_SHARE = 0.05
# A speaker's corner stays known over a change of slide if it is no larger than this.
CORNER_SHARE = 0.2
FORGOTTEN_AFTER_S = 60.0
# Less contrast (standard deviation of luma) than this is a blank: a pause, a fade.
BLANK_BELOW = 2.0


@dataclass
class FoundSlide:
    """A slide from ``start_s`` to ``end_s``; ``frame`` is the sample that stands for it."""

    start_s: float
    frame: Any
    reduced: Luma
    end_s: float = 0.0
    rest: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to see on it."""
        return float(self.reduced.std()) < BLANK_BELOW


@dataclass
class _Candidate:
    """A picture that would be a new slide if it stayed."""

    reduced: Luma
    since: int
    # How much of the picture changed when it came: the step of a cut.
    cut: float
    # Sample numbers, pictures, and what part of each changed from the one before it.
    seen: list[tuple[int, Luma, float]] = field(default_factory=list)


class SlideTracker:
    """Takes samples at a constant rate and gives slides as they end.

    ``stable_s`` is how long a picture must stay to count.
    """

    def __init__(self, *, samples_per_s: float, stable_s: float = 2.0) -> None:
        self._rate = samples_per_s
        self._stable = max(1, round(stable_s * samples_per_s))
        # Motion is change in at least half of the samples of four seconds; cutting from slide
        # to slide every two seconds is not.
        self._history: deque[Blocks] = deque(maxlen=max(4, round(4 * samples_per_s)))
        self._moving_from = max(2, self._history.maxlen // 2)  # type: ignore[operator]
        self._number = -1
        self._previous: Luma | None = None
        self._reference: Luma | None = None
        self._slide: FoundSlide | None = None
        self._candidate: _Candidate | None = None
        self._moving: Blocks = np.zeros((0, 0), dtype=bool)
        self._moved_at: npt.NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)
        self._noise = 0.0
        self._rest = 0

    def add(self, reduced: Luma, frame: Any) -> FoundSlide | None:
        """Take the next sample; return the slide that it ends, if it does.

        ``frame`` is whatever the caller wants back as the slide's picture.
        """
        self._number += 1
        if self._previous is None or self._slide is None:
            self._begin(reduced, frame)
            return None
        self._watch(reduced)
        self._previous = reduced
        assert self._reference is not None
        if not self._differs(reduced, self._reference):
            self._candidate = None
            self._stand_for(self._slide, reduced, frame)
            return None
        return self._consider(reduced, frame)

    def finish(self, end_s: float) -> FoundSlide | None:
        """Give the last slide, ended at ``end_s``; None when there was no sample."""
        if self._slide is not None:
            self._slide.end_s = max(end_s, self._slide.start_s)
        return self._slide

    def _begin(self, reduced: Luma, frame: Any) -> None:
        self._previous = self._reference = reduced
        self._slide = FoundSlide(start_s=0.0, frame=frame, reduced=reduced)
        shape = _block_difference(reduced, reduced).shape
        self._moving = np.zeros(shape, dtype=bool)
        self._moved_at = np.full(shape, -(10**9), dtype=np.int64)

    def _watch(self, reduced: Luma) -> None:
        """Learn from the step since the previous sample what moves, and whether all rests."""
        assert self._previous is not None
        difference = _block_difference(reduced, self._previous)
        # Sensors and thrifty encoders make every block shimmer: measured, so that it is no change.
        shimmer = float(np.median(difference))
        if shimmer < MOST_NOISE:
            self._noise = 0.9 * self._noise + 0.1 * shimmer
        changed = difference > self._threshold
        self._history.append(changed)
        moving = np.sum(self._history, axis=0) >= self._moving_from
        if moving.any():
            moving = _spread(moving)
            self._moving |= moving
            self._moved_at[moving] = self._number
        self._rest = self._rest + 1 if changed.mean() <= REST_SHARE else 0

    @property
    def _threshold(self) -> float:
        return max(CHANGED_ABOVE, 3 * self._noise + 3)

    def _differs(self, one: Luma, other: Luma) -> bool:
        """Whether two pictures differ where nothing is known to move, or are of two scenes."""
        changed = _block_difference(one, other) > self._threshold
        if int(in_rows(changed & ~self._moving).sum()) >= MIN_BLOCKS:
            return True
        return bool(
            self._moving.mean() > MOSTLY_MOVING
            and changed[self._moving].mean() > ANOTHER_SCENE_SHARE
            and _correlation(one, other, self._moving) < SAME_SCENE_CORRELATION
        )

    def _consider(self, reduced: Luma, frame: Any) -> FoundSlide | None:
        candidate, step = self._candidate, float(self._history[-1].mean())
        if candidate is None:
            candidate = _Candidate(reduced=reduced, since=self._number, cut=step)
            self._candidate = candidate
        elif self._differs(reduced, candidate.reduced):
            candidate.reduced, candidate.since = reduced, self._number
        candidate.seen.append((self._number, reduced, step))
        del candidate.seen[: -4 * self._stable]
        if self._number - candidate.since < self._stable:
            return None
        return self._accept(candidate, frame)

    def _accept(self, candidate: _Candidate, frame: Any) -> FoundSlide:
        """End the slide where the pictures like the candidate begin, and open the next."""
        assert self._slide is not None
        final = candidate.seen[-1][1]
        start = self._start_of(candidate)
        ended = self._slide
        ended.end_s = start / self._rate
        self._slide = FoundSlide(start_s=ended.end_s, frame=frame, reduced=final)
        self._reference, self._candidate = final, None
        self._rest = min(self._rest, self._number - start)
        self._stand_for(self._slide, final, frame)
        self._forget()
        return ended

    def _start_of(self, candidate: _Candidate) -> int:
        """The sample at which the candidate's slide came, though it may have moved at first.

        Back from its rest as far as pictures are like the last one or pass over into one
        another; what is skipped in leafing through passes by in steps as large as the first.
        """
        final = candidate.seen[-1][1]
        start = candidate.since
        step_after = 0.0
        for number, seen, step in reversed(candidate.seen):
            if self._differs(seen, final) and step_after > candidate.cut / 2:
                break
            start, step_after = number, step
        return start

    def _forget(self) -> None:
        """On a new slide, keep of what moved only a small corner that moved of late."""
        recent = self._number - self._moved_at <= FORGOTTEN_AFTER_S * self._rate
        self._moving &= recent
        if self._moving.mean() > CORNER_SHARE:
            self._moving = _spread(np.sum(self._history, axis=0) >= self._moving_from)

    def _stand_for(self, slide: FoundSlide, reduced: Luma, frame: Any) -> None:
        """Let the sample stand for the slide if it has rested as long as any before it.

        The last of the longest rest is the most complete, and the sharpest where an encoder
        improves a still picture bit by bit.
        """
        if self._rest >= slide.rest:
            slide.rest, slide.frame, slide.reduced = self._rest, frame, reduced


def same_picture(one: Luma, other: Luma) -> bool:
    """Whether two slides show the same, so that one picture serves both."""
    if one.shape != other.shape:
        return False
    changed = _block_difference(one, other) > CHANGED_ABOVE
    return int(in_rows(changed).sum()) < MIN_BLOCKS


def in_rows(changed: Blocks) -> Blocks:
    """Of the changed blocks, those in rows or columns of at least ``ROW_BLOCKS``."""
    return _runs(changed) | _runs(changed.T).T


def _runs(mask: Blocks) -> Blocks:
    width = mask.shape[1]
    if width < ROW_BLOCKS:
        return np.zeros_like(mask)
    starts = np.ones((mask.shape[0], width - ROW_BLOCKS + 1), dtype=bool)
    for offset in range(ROW_BLOCKS):
        starts &= mask[:, offset : offset + starts.shape[1]]
    runs = np.zeros_like(mask)
    for offset in range(ROW_BLOCKS):
        runs[:, offset : offset + starts.shape[1]] |= starts
    return runs


def _spread(mask: Blocks) -> Blocks:
    """The mask with the blocks around it."""
    padded = np.pad(mask, 1)
    spread = np.zeros_like(mask)
    for down in range(3):
        for right in range(3):
            spread |= padded[down : down + mask.shape[0], right : right + mask.shape[1]]
    return spread


def _in_blocks(reduced: npt.NDArray[Any]) -> npt.NDArray[Any]:
    missing = [max(0, BLOCK - side) for side in reduced.shape]
    if any(missing):
        reduced = np.pad(reduced, [(0, more) for more in missing], mode="edge")
    height, width = (side - side % BLOCK for side in reduced.shape)
    return reduced[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)


def _block_difference(one: Luma, other: Luma) -> npt.NDArray[np.float64]:
    # The distance of two bytes without leaving bytes.
    distance = np.maximum(one, other) - np.minimum(one, other)
    return np.asarray(_in_blocks(distance).mean(axis=(1, 3)))


def _correlation(one: Luma, other: Luma, where: Blocks) -> float:
    # Pixel by pixel: slices of one body share its outline, two pages of text nothing.
    first, second = (_in_blocks(p).swapaxes(1, 2)[where].ravel() for p in (one, other))
    if first.std() < BLANK_BELOW or second.std() < BLANK_BELOW:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
