"""Ultrasound scenes: a curved-array sector through liver and gallbladder with a stone.

The picture is formed as the scanner forms it, in beams: point scatterers of random phase are
weighted by tissue, convolved with the pulse (short along the beam, wide across it and wider with
depth), detected, attenuated along each beam (which makes shadow and enhancement), evened by
time-gain compensation, log-compressed and converted to a sector. The envelope of such speckle is
Rayleigh-distributed: Wagner, Smith, Sandrik, Lopez, IEEE Trans Sonics Ultrason 1983;30:156-163.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from .noise import Array, blur, fractal, generator
from .shapes import Shape, blob, coverage, spline, tube

BEAMS, SAMPLES = 420, 1100
DEPTH_MM = 150.0
PROBE_RADIUS_MM, HALF_ANGLE = 55.0, np.radians(34)
WIDTH_PX, HEIGHT_PX = 1024, 860
DYNAMIC_RANGE_DB = 62.0


class Beams:
    """The insonated plane on the raster of beams: echogenicity (amplitude) and loss (dB/mm)."""

    def __init__(self, name: str) -> None:
        self.rng = generator(name)
        angles = np.linspace(-HALF_ANGLE, HALF_ANGLE, BEAMS, dtype=np.float32)
        self.depth_mm = np.linspace(0, DEPTH_MM, SAMPLES, dtype=np.float32)
        reach = PROBE_RADIUS_MM + self.depth_mm[:, None]
        self.x = reach * np.sin(angles)[None, :]
        self.y = reach * np.cos(angles)[None, :] - PROBE_RADIUS_MM
        self.echo = np.full(self.x.shape, 1.0, dtype=np.float32)
        self.specular = np.zeros(self.x.shape, dtype=np.float32)
        self.loss = np.full(self.x.shape, 0.5, dtype=np.float32)
        bend = 1.4
        self.x = self.x + bend * fractal(self.rng, self.x.shape, cell_px=150, octaves=2)
        self.y = self.y + bend * fractal(self.rng, self.x.shape, cell_px=150, octaves=2)

    def lay(
        self, shape: Shape, *, echo: float | None = None, loss: float | None = None,
        edge_mm: float = 0.6, specular: float = 0.0,
    ) -> None:  # fmt: skip
        """Give ``shape`` an echogenicity, a loss per mm, or an added specular echo."""
        share = coverage(shape.distance(self.x, self.y), edge_mm)
        if echo is not None:
            self.echo += share * (echo - self.echo)
            self.specular *= 1 - share
        if loss is not None:
            self.loss += share * (loss - self.loss)
        self.specular += share * specular


def _speckle(beams: Beams) -> Array:
    """Envelope of the received signal before gain."""
    rng, shape = beams.rng, beams.echo.shape
    parts = []
    for _ in range(2):
        scatter = rng.standard_normal(shape, dtype=np.float32)
        near = _lateral(beams.echo * scatter, 1.5)
        far = _lateral(beams.echo * scatter, 4.2)
        mix = (beams.depth_mm / DEPTH_MM)[:, None]
        parts.append(near / near.std() * (1 - mix) + far / far.std() * mix)
    sheen = blur(beams.specular, 1.2) * (0.75 + 0.5 * np.abs(rng.standard_normal(shape)))
    return np.hypot(parts[0], parts[1]) + blur(sheen.astype(np.float32), 1.3)


def _lateral(field: Array, width_beams: float) -> Array:
    """Convolve with the pulse: about 1 mm along the beam, ``width_beams`` across."""
    rows = np.fft.fftfreq(field.shape[0]).astype(np.float32)[:, None]
    columns = np.fft.rfftfreq(field.shape[1]).astype(np.float32)[None, :]
    transfer = np.exp(-2 * np.pi**2 * ((2.0 * rows) ** 2 + (width_beams * columns) ** 2))
    return np.fft.irfft2(np.fft.rfft2(field) * transfer, s=field.shape).astype(np.float32)


def form(beams: Beams) -> Image.Image:
    """The B-mode sector picture of the insonated plane."""
    envelope = _speckle(beams)
    step_mm = DEPTH_MM / SAMPLES
    travelled = np.cumsum(beams.loss, axis=0) * step_mm
    compensated = 0.5 * beams.depth_mm[:, None]
    level_db = 20 * np.log10(envelope + 1e-4) - blur(travelled - compensated, 1.5)
    floor = 20 * np.log10(np.abs(_lateral(
        beams.rng.standard_normal(envelope.shape, dtype=np.float32), 1.0)) + 1e-3)  # fmt: skip
    floor += -47 + 9 * (beams.depth_mm / DEPTH_MM)[:, None] ** 2
    power = 10 ** (level_db / 10) + 10 ** (floor / 10)
    grey = (10 * np.log10(power) + 44) / DYNAMIC_RANGE_DB
    focus = 1 - 0.10 * np.abs(beams.depth_mm / DEPTH_MM - 0.45)[:, None]
    return _scan_convert(np.clip(grey * focus, 0, 1))


def _scan_convert(grey: Array) -> Image.Image:
    """Resample beams to a sector; outside is black."""
    top = PROBE_RADIUS_MM * (1 - np.cos(HALF_ANGLE))
    spacing = (DEPTH_MM + top + 6) / HEIGHT_PX
    columns = (np.arange(WIDTH_PX) - WIDTH_PX / 2) * spacing
    rows = np.arange(HEIGHT_PX) * spacing - top - 3 + PROBE_RADIUS_MM
    x, y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    reach, angle = np.hypot(x, y), np.arctan2(x, y)
    row = (reach - PROBE_RADIUS_MM) / DEPTH_MM * (SAMPLES - 1)
    column = (angle / HALF_ANGLE + 1) / 2 * (BEAMS - 1)
    inside = (row >= 0) & (row <= SAMPLES - 1) & (column >= 0) & (column <= BEAMS - 1)
    r0 = np.clip(row.astype(int), 0, SAMPLES - 2)
    c0 = np.clip(column.astype(int), 0, BEAMS - 2)
    fr, fc = np.clip(row - r0, 0, 1), np.clip(column - c0, 0, 1)
    value = (grey[r0, c0] * (1 - fc) + grey[r0, c0 + 1] * fc) * (1 - fr)
    value += (grey[r0 + 1, c0] * (1 - fc) + grey[r0 + 1, c0 + 1] * fc) * fr
    return Image.fromarray((np.where(inside, value, 0) ** 1.08 * 255 + 0.5).astype(np.uint8))


def _layers(beams: Beams) -> None:
    """Skin, subcutaneous fat, muscle and the liver with its vessels."""
    rng = beams.rng
    wave = 1.2 * np.sin(beams.x / 14) + 0.8 * np.sin(beams.x / 5.5 + 1)
    depth = beams.y + wave * 0.5

    def band(low: float, high: float) -> Array:
        return coverage(np.maximum(low - depth, depth - high), 0.6)

    beams.echo[:] = 0.60
    for low, high, echo in ((-9, 3, 1.9), (3, 11, 0.34), (12, 20, 0.42)):
        beams.echo += band(low, high) * (echo - beams.echo)
    for at, bright in ((3.2, 2.2), (7.2, 0.9), (11.6, 3.0), (15.8, 1.0), (20.4, 2.6)):
        beams.specular += band(at - 0.35, at + 0.35) * bright
    strands = np.abs(fractal(rng, beams.x.shape, cell_px=26, octaves=2)) < 0.10
    beams.specular += strands * band(3, 20) * 0.5
    lobules = fractal(rng, beams.x.shape, cell_px=22, octaves=3)
    beams.echo *= 1 + 0.10 * lobules
    beams.specular += 0.28 * np.clip(fractal(rng, beams.x.shape, cell_px=9, octaves=2) - 1.9, 0, 2)


def _vessel(beams: Beams, points: list, radii: list, *, bright_wall: bool) -> None:
    lumen = tube(points, radii)
    if bright_wall:
        beams.lay(lumen.grown(0.9), specular=1.1)
    beams.lay(lumen, echo=0.02, loss=0.32)


def _gallbladder(beams: Beams, lumen: Shape) -> None:
    beams.lay(lumen.grown(1.9), echo=0.55)
    beams.lay(lumen.grown(1.7), specular=0.55)
    beams.lay(lumen, echo=0.006, loss=0.13, edge_mm=0.8)
    near = np.exp(-np.clip(-lumen.distance(beams.x, beams.y), 0, 30) / 1.4)
    wall = lumen.distance(beams.x, beams.y) < 0
    beams.echo += 0.04 * near * wall


def _stone(beams: Beams, x: float, y: float, rx: float, ry: float, seed: int) -> None:
    stone = blob(x, y, rx, ry, wobble=0.10, seed=seed)
    gap = stone.distance(beams.x, beams.y)
    surface = np.exp(-(((gap + 0.3) / 0.8) ** 2)) * coverage(beams.y - y - 0.15 * ry, 4)
    inside = coverage(gap, 0.6)
    beams.echo += inside * (0.25 - beams.echo)
    beams.specular += 9.0 * surface + 1.4 * inside * np.exp(-np.clip(-gap, 0, 9) / 1.6)
    beams.loss += inside * (7.5 - beams.loss)


def gallstone_long() -> Image.Image:
    """Long axis of the gallbladder, stone in the dependent body, clean shadow behind it."""
    beams = Beams("us-abdomen/gallstone/long")
    _layers(beams)
    _vessel(beams, [(-62, 52), (-44, 60), (-28, 74), (-16, 92)], [1.6, 2.4, 3.4, 4.2],
            bright_wall=True)  # fmt: skip
    _vessel(beams, [(-50, 88), (-38, 96), (-26, 108)], [2.0, 2.6, 2.8], bright_wall=False)
    _vessel(beams, [(-24, 34), (-36, 40), (-50, 40)], [1.8, 1.4, 0.8], bright_wall=True)
    _vessel(beams, [(46, 40), (56, 48), (62, 60)], [1.6, 1.6, 1.2], bright_wall=False)
    lumen = spline(
        [(-27, 70), (-17, 59), (0, 51), (20, 46), (37, 47), (45, 55), (43, 65), (30, 73), (10, 79),
         (-10, 81), (-22, 79)]
    )  # fmt: skip
    _gallbladder(beams, lumen)
    _stone(beams, 13, 71.5, 8.0, 5.4, 3)
    diaphragm = tube([(-88, 112), (-56, 128), (-16, 136), (30, 134), (70, 120)], 0.7)
    beams.lay(diaphragm, specular=3.2)
    return form(beams)


def gallstone_trans() -> Image.Image:
    """Short axis of the gallbladder with the same stone."""
    beams = Beams("us-abdomen/gallstone/trans")
    _layers(beams)
    _vessel(beams, [(-58, 66), (-42, 62), (-26, 66)], [1.4, 2.2, 2.8], bright_wall=True)
    _vessel(beams, [(-46, 96), (-30, 92), (-14, 98)], [2.8, 3.2, 2.6], bright_wall=False)
    _vessel(beams, [(-30, 36), (-18, 34)], [1.2, 1.7], bright_wall=True)
    lumen = blob(12, 60, 17.5, 15.5, angle_deg=10, wobble=0.04, seed=6)
    _gallbladder(beams, lumen)
    _stone(beams, 12.5, 69.0, 7.4, 5.2, 8)
    kidney = blob(56, 104, 30, 20, angle_deg=20, wobble=0.05, seed=2)
    beams.lay(kidney.grown(1.0), specular=0.8)
    beams.lay(kidney, echo=0.33)
    beams.lay(blob(58, 105, 17, 8, angle_deg=20, wobble=0.2, seed=4), echo=1.3, edge_mm=5)
    return form(beams)
