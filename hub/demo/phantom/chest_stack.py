"""A chest CT to scroll through: sixty sections of 3 mm, with a nodule in the right upper lobe.

The other scenes are single sections drawn with care; this one is a volume built of simple solids
(ellipsoids, tubes, shells), so that findings can be followed from section to section. Millimetres:
x to the patient's left, y to the back, z to the feet, from the skin above the apices.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .noise import blur, generator
from .tissue import HOUNSFIELD

Array = np.ndarray

ROWS = COLUMNS = 320
PIXEL_MM = 1.1
SLICES = 60
SLICE_MM = 3.0
# Solid, spiculated, 16 mm; measured in the lecture and the case on incidental nodules.
NODULE_AT, NODULE_RADIUS_MM = (-76.0, -22.0, 66.0), 8.0
_SOFT_MM = 1.2
_NOISE_HU = 11.0


@dataclass(frozen=True)
class Stack:
    """CT numbers with axes (slice, row, column), in HU, and where the first voxel lies."""

    hounsfield: Array
    first_voxel_mm: tuple[float, float, float]


@lru_cache(maxsize=1)
def chest_nodule() -> Stack:
    """The volume, the same on every machine."""
    grid = _Grid()
    volume = np.full((SLICES, ROWS, COLUMNS), HOUNSFIELD["air"], dtype=np.float32)
    _paint_wall(volume, grid)
    lungs = _paint_lungs(volume, grid)
    _paint_mediastinum(volume, grid)
    for number, side in enumerate((-1, 1)):
        _paint_vessels(volume, grid, lungs, side=side, seed=f"chest stack vessels {number}")
    _paint_nodule(volume, grid, lungs)
    return Stack(
        hounsfield=_acquired(volume).astype(np.int16),
        first_voxel_mm=(float(grid.x[0, 0, 0]), float(grid.y[0, 0, 0]), 0.0),
    )


class _Grid:
    """Coordinates of all voxels, as arrays that broadcast to the volume's shape."""

    def __init__(self) -> None:
        across = (np.arange(COLUMNS, dtype=np.float32) - (COLUMNS - 1) / 2) * PIXEL_MM
        self.x = across[None, None, :]
        self.y = across[None, :, None]
        self.z = (np.arange(SLICES, dtype=np.float32) * SLICE_MM)[:, None, None]

    def ellipsoid(self, centre: tuple, axes: tuple) -> Array:
        """Signed distance, roughly: negative within."""
        scaled = sum(
            ((at - middle) / axis) ** 2
            for at, middle, axis in zip((self.x, self.y, self.z), centre, axes, strict=True)
        )
        return (np.sqrt(scaled) - 1) * min(axes[:2])

    def column(self, x: float | Array, y: float | Array, radius: float | Array) -> Array:
        """Signed distance from a tube that runs from head to foot along (x, y)."""
        return np.hypot(self.x - x, self.y - y) - radius


def _share(distance: Array) -> Array:
    """How much of a voxel is within, from its signed distance: the partial volume effect."""
    return np.clip(0.5 - distance / _SOFT_MM, 0.0, 1.0)


def _mix(volume: Array, value: float | Array, share: Array) -> None:
    volume += (value - volume) * share


def _paint_wall(volume: Array, grid: _Grid) -> None:
    wide = 150 + 18 * np.tanh(grid.z / 60)
    deep = 92 + 14 * np.tanh(grid.z / 60)
    ellipse = np.sqrt((grid.x / wide) ** 2 + (grid.y / deep) ** 2)
    skin = (ellipse - 1) * deep
    _mix(volume, HOUNSFIELD["skin"], _share(skin))
    _mix(volume, HOUNSFIELD["fat"], _share(skin + 2.5))
    _mix(volume, HOUNSFIELD["muscle"], _share(skin + 13))
    # Ribs run down as they come forward; the phase of their oblique course repeats every 27 mm.
    angle = np.arctan2(grid.x, grid.y)
    phase = (grid.z - 26 * np.cos(angle) * 0.9) % 27
    rib = np.maximum(np.abs(skin + 19) - 3.6, np.abs(phase - 13.5) - 4.6)
    rib = np.where(np.abs(grid.x) > 22, rib, 9.0)
    _mix(volume, HOUNSFIELD["cortical bone"] * 0.75, _share(rib))
    _mix(volume, HOUNSFIELD["cancellous bone"], _share(rib + 1.9))


def _paint_lungs(volume: Array, grid: _Grid) -> Array:
    """Both lungs; their share of each voxel, for what lies within them."""
    share = np.zeros_like(volume)
    for side, width in ((-1, 67.0), (1, 62.0)):
        share += _share(grid.ellipsoid((side * 69.0, 2.0, 200.0), (width, 82.0, 188.0)))
    rng = generator("chest stack parenchyma")
    texture = np.stack(
        [
            blur(rng.standard_normal((ROWS, COLUMNS)).astype(np.float32), 2.2)
            for _section in range(SLICES)
        ]
    )
    # Dependent parts hold more blood.
    value = HOUNSFIELD["lung"] + 0.25 * grid.y + 130 * texture
    _mix(volume, value, share)
    return share


def _paint_mediastinum(volume: Array, grid: _Grid) -> None:
    z = grid.z
    core = np.maximum(
        np.sqrt((grid.x / (27 + 0.06 * z)) ** 2 + ((grid.y - 2) / 62) ** 2) - 1, (18 - z) / 20
    )
    _mix(volume, HOUNSFIELD["mediastinal fat"], _share(core * 27))
    heart = grid.ellipsoid((22.0, -18.0, 182.0), (62.0, 50.0, 58.0))
    _mix(volume, HOUNSFIELD["muscle"], _share(heart))
    below_arch = np.clip((z - 66) / 4, 0, 1)
    vessels = (
        (grid.column(-20, -22, 14.5), np.clip((z - 70) / 4, 0, 1) * (z < 150)),  # ascending aorta
        (grid.column(27, 38, 12.0), below_arch),  # descending aorta
        (grid.column(-33, -14, 9.0), np.clip((z - 30) / 4, 0, 1) * (z < 150)),  # upper vena cava
        (grid.column(-12, -12, 6.0), (z > 18) * (z < 64)),  # arteries and veins of the neck
        (grid.column(14, -4, 5.0), (z > 18) * (z < 64)),
        (grid.column(24, 8, 5.0), (z > 18) * (z < 64)),
    )
    for distance, where in vessels:
        _mix(volume, HOUNSFIELD["blood"], _share(distance) * where)
    along = np.clip((grid.x + 20) / 47, 0, 1)
    arch = np.maximum(
        np.hypot(grid.y - (-22 + 60 * along), z - 72) - 12.0, np.abs(grid.x - 3.5) - 26
    )
    _mix(volume, HOUNSFIELD["blood"], _share(arch))
    trunk = grid.ellipsoid((10.0, -24.0, 106.0), (22.0, 13.0, 12.0))
    _mix(volume, HOUNSFIELD["blood"], _share(trunk))
    apart = np.clip(z - 92, 0, None)
    for side in (-1, 1):
        airway = grid.column(side * 0.55 * apart, 6 + 0.12 * apart, 8.5 - 0.06 * apart)
        where = (z > 6) * (z < 122)
        _mix(volume, HOUNSFIELD["muscle"], _share(airway - 1.4) * where)
        _mix(volume, HOUNSFIELD["air"], _share(airway) * where)
    _mix(volume, HOUNSFIELD["muscle"], _share(grid.column(6, 26, 6.0)))  # oesophagus
    _paint_spine(volume, grid)


def _paint_spine(volume: Array, grid: _Grid) -> None:
    body = np.sqrt((grid.x / 17) ** 2 + ((grid.y - 58) / 13.5) ** 2)
    distance = (body - 1) * 13.5
    is_disc = np.abs(grid.z % 23 - 11.5) > 9.2
    _mix(volume, HOUNSFIELD["cartilage"], _share(distance))
    _mix(volume, HOUNSFIELD["cortical bone"] * 0.7, _share(distance) * ~is_disc)
    _mix(volume, HOUNSFIELD["vertebral cancellous"], _share(distance + 1.6) * ~is_disc)
    arch = np.abs(grid.column(0, 80, 10.5)) - 2.6
    _mix(volume, HOUNSFIELD["cancellous bone"], _share(arch))
    _mix(volume, HOUNSFIELD["csf"], _share(grid.column(0, 80, 8.0)))
    _mix(volume, HOUNSFIELD["cord"], _share(grid.column(0, 80, 4.6)))
    spinous = np.maximum(np.abs(grid.x) - 2.4, np.abs(grid.y - 97) - 8)
    _mix(volume, HOUNSFIELD["cancellous bone"], _share(spinous) * (grid.z % 23 < 14))


def _paint_vessels(volume: Array, grid: _Grid, lungs: Array, *, side: int, seed: str) -> None:
    """Arteries and veins that branch from the hilum, thinner at each division."""
    rng = generator(seed)
    buds = [
        (np.array([side * 34.0, 2.0, 108.0]), _direction(rng, side), 5.0) for _stem in range(11)
    ]
    while buds:
        start, direction, radius = buds.pop()
        end = start + direction * (9 + 3.4 * radius) * rng.uniform(0.8, 1.25)
        _paint_tube(volume, grid, lungs, start, end, radius)
        thinner = radius * rng.uniform(0.66, 0.8)
        if thinner < 0.55:
            continue
        for _branch in range(2):
            turned = direction + rng.normal(0, 0.42, 3)
            turned[0] += side * 0.06
            buds.append((end, turned / np.linalg.norm(turned), thinner))


def _direction(rng: np.random.Generator, side: int) -> Array:
    direction = np.array([side * rng.uniform(0.3, 1.0), rng.normal(0, 0.7), rng.normal(0, 1.0)])
    return direction / np.linalg.norm(direction)


def _paint_tube(
    volume: Array, grid: _Grid, lungs: Array, start: Array, end: Array, radius: float
) -> None:
    """A tube between two points, where there is lung; only its neighbourhood is touched."""
    box = _box(np.minimum(start, end) - radius - 2, np.maximum(start, end) + radius + 2)
    if box is None:
        return
    across, back, down = box
    x, y, z = grid.x[..., across], grid.y[:, back], grid.z[down]
    axis = end - start
    along = (x - start[0]) * axis[0] + (y - start[1]) * axis[1] + (z - start[2]) * axis[2]
    along = np.clip(along / float(axis @ axis), 0, 1)
    distance = np.sqrt(
        (x - start[0] - along * axis[0]) ** 2
        + (y - start[1] - along * axis[1]) ** 2
        + (z - start[2] - along * axis[2]) ** 2
    )
    part = (down, back, across)
    share = _share(distance - radius) * lungs[part]
    volume[part] += (HOUNSFIELD["blood"] - volume[part]) * share


def _box(low: Array, high: Array) -> tuple[slice, slice, slice] | None:
    """The voxels between two corners, as slices over columns, rows and sections."""
    spacing = np.array([PIXEL_MM, PIXEL_MM, SLICE_MM])
    origin = np.array([(COLUMNS - 1) / 2 * PIXEL_MM, (ROWS - 1) / 2 * PIXEL_MM, 0.0])
    size = np.array([COLUMNS, ROWS, SLICES])
    first = np.clip(np.floor((low + origin) / spacing), 0, size).astype(int)
    last = np.clip(np.ceil((high + origin) / spacing) + 1, 0, size).astype(int)
    if (last <= first).any():
        return None
    across, back, down = (slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    return across, back, down


def _paint_nodule(volume: Array, grid: _Grid, lungs: Array) -> None:
    rng = generator("chest stack nodule")
    centre = np.array(NODULE_AT)
    for _spicule in range(26):
        ray = rng.normal(0, 1, 3)
        ray /= np.linalg.norm(ray)
        reach = NODULE_RADIUS_MM + rng.uniform(2.5, 8.0)
        _paint_tube(volume, grid, lungs, centre, centre + ray * reach, 0.7)
    distance = grid.ellipsoid(NODULE_AT, (NODULE_RADIUS_MM, NODULE_RADIUS_MM * 0.94, 7.6))
    _mix(volume, HOUNSFIELD["nodule"], _share(distance))


def _acquired(volume: Array) -> Array:
    """What a scanner makes of it: a little blur, and noise that is correlated within a section."""
    rng = generator("chest stack noise")
    made = np.empty_like(volume)
    for number, section in enumerate(volume):
        grain = blur(rng.standard_normal(section.shape).astype(np.float32), 0.7)
        made[number] = blur(section, 0.45) + grain / grain.std() * _NOISE_HU
    return np.clip(np.rint(made), -1024, 3071)
