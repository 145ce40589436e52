"""Branching lung vessels in three dimensions, shared by CT and the radiograph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .noise import Array


class Branch(NamedTuple):
    """A straight piece of vessel: both ends (mm, three coordinates) and both radii (mm)."""

    start: Array
    end: Array
    start_radius: float
    end_radius: float


def grow(
    rng: np.random.Generator,
    root: tuple[float, float, float],
    side: int,
    *,
    stems: int,
    radii_mm: tuple[float, float],
    spread: float,
    stop_mm: float = 0.38,
    near_mm: float | None = None,
    reach: float = 1.0,
) -> list[Branch]:
    """Branches of one lung's arteries or veins, fanned out from ``root`` towards ``side``.

    Divisions follow Murray's law ``r0^3 = r1^3 + r2^3`` (Proc Natl Acad Sci 1926;12:207-214).
    ``spread`` is how far stems lean out of the first two axes. With ``near_mm``, branches that end
    further than about that from the plane of the third coordinate 0 are left out. ``reach``
    lengthens every piece.
    """
    branches: list[Branch] = []
    stack = []
    fan = np.linspace(-1.5, 1.5, stems) + rng.normal(0, 0.10, stems)
    for angle in fan:
        heading = np.array([side * np.cos(angle), np.sin(angle), rng.normal(0, spread)])
        begin = np.array(root) + rng.normal(0, 2.5, 3)
        stack.append((begin, heading / np.linalg.norm(heading), rng.uniform(*radii_mm)))
    while stack:
        start, heading, radius = stack.pop()
        length = reach * (radius * rng.uniform(3.0, 5.0) + rng.uniform(4.0, 7.0))
        end_radius = radius * 0.9
        point = start
        for _ in range(2):
            heading = heading + rng.normal(0, 0.11, 3)
            heading = heading / np.linalg.norm(heading)
            ahead = point + heading * length / 2
            branches.append(Branch(point, ahead, radius, end_radius))
            point = ahead
        if end_radius < stop_mm:
            continue
        if near_mm is not None and abs(point[2]) > near_mm + 14 * end_radius:
            continue
        axis = rng.standard_normal(3)
        axis -= (axis @ heading) * heading
        axis /= np.linalg.norm(axis) + 1e-9
        share = rng.uniform(0.22, 0.5)
        for part, sign in ((share, 1), (1 - share, -1)):
            turn = sign * rng.uniform(0.5, 1.3) * (1 - part)
            aim = heading + np.tan(np.clip(turn, -1.1, 1.1)) * axis
            stack.append((point, aim / np.linalg.norm(aim), end_radius * part ** (1 / 3)))
    return branches
