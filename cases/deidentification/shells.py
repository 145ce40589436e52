"""Morphology on boolean volumes, by shifting the whole array: few lines, no library.

Neighbours are the six that share a side. The outside of the array counts as empty.
"""

from collections.abc import Iterator

import numpy as np


def _shifted(mask: np.ndarray) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Pairs of slices (to, from) for each of the neighbours along each axis."""
    whole = [slice(None)] * mask.ndim
    ahead, behind = slice(1, None), slice(None, -1)
    for axis in range(mask.ndim):
        for to, come in ((ahead, behind), (behind, ahead)):
            one, other = whole.copy(), whole.copy()
            one[axis], other[axis] = to, come
            yield tuple(one), tuple(other)


def dilated(mask: np.ndarray) -> np.ndarray:
    """The mask and all neighbours of it."""
    grown = mask.copy()
    for to, come in _shifted(mask):
        grown[to] |= mask[come]
    return grown


def eroded(mask: np.ndarray) -> np.ndarray:
    """What of the mask has no empty neighbour."""
    left = np.zeros_like(mask)
    left[(slice(1, -1),) * mask.ndim] = True
    left &= mask
    for to, come in _shifted(mask):
        left[to] &= mask[come]
    return left


def flooded(seed: np.ndarray, within: np.ndarray) -> np.ndarray:
    """All that hangs together with the seed inside the mask."""
    reached = seed & within
    count = -1
    while (now := int(reached.sum())) != count:
        count = now
        for to, come in _shifted(reached):
            reached[to] |= reached[come] & within[to]
    return reached


def largest_part(mask: np.ndarray) -> np.ndarray:
    """The connected part with most voxels; empty for an empty mask."""
    left, best, size = mask.copy(), np.zeros_like(mask), 0
    while (count := int(left.sum())) > size:
        part = flooded(_one_of(left), left)
        taken = int(part.sum())
        if taken > size:
            best, size = part, taken
        left &= ~part
        if taken < 0.01 * count:
            # Noise comes in thousands of specks: those of one size class go at once.
            left &= dilated(eroded(left))
    return best


def part_around(mask: np.ndarray) -> np.ndarray:
    """The connected part that holds the voxel nearest to the mask's middle."""
    if not mask.any():
        return mask
    seed = np.zeros_like(mask)
    places = np.argwhere(mask)
    middle = np.median(places, axis=0)
    seed[tuple(places[((places - middle) ** 2).sum(axis=1).argmin()])] = True
    return flooded(seed, mask)


def solid(mask: np.ndarray) -> np.ndarray:
    """The mask with its holes filled: all that can't be reached from outside."""
    border = np.ones_like(mask)
    border[(slice(1, -1),) * mask.ndim] = False
    return ~flooded(border & ~mask, ~mask)


def _one_of(mask: np.ndarray) -> np.ndarray:
    seed = np.zeros_like(mask)
    seed.flat[int(mask.argmax())] = True
    return seed
