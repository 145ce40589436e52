"""Random texture for the phantom: seeded, band-limited and, for CT, correlated as in the scanner.

All functions take a generator from :func:`generator`, so that a picture is the same on every
machine and every run. Arrays are ``float32`` with axes (row, column).
"""

from zlib import crc32

import numpy as np
from PIL import Image

Array = np.ndarray


def generator(name: str) -> np.random.Generator:
    """Return the random generator that belongs to ``name`` (stable across processes)."""
    return np.random.default_rng(crc32(name.encode()))


def resize(image: Array, width: int, height: int) -> Array:
    """Resample a 2-D ``float32`` array with a bicubic kernel."""
    source = Image.fromarray(np.ascontiguousarray(image, dtype=np.float32))
    return np.asarray(source.resize((width, height), Image.Resampling.BICUBIC))


def fractal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    cell_px: float,
    octaves: int = 3,
    gain: float = 0.5,
) -> Array:
    """Smooth noise of zero mean and unit standard deviation.

    ``cell_px`` is the size of the coarsest lump in pixels; every octave halves it and weighs
    ``gain`` times the one before.
    """
    height, width = shape
    total = np.zeros(shape, dtype=np.float32)
    weight = 1.0
    for octave in range(octaves):
        cell = max(cell_px / 2**octave, 1.0)
        rows, columns = int(height / cell) + 4, int(width / cell) + 4
        lattice = rng.standard_normal((rows, columns)).astype(np.float32)
        full = resize(lattice, int(columns * cell) + 1, int(rows * cell) + 1)
        top, left = int(1.5 * cell), int(1.5 * cell)
        total += weight * full[top : top + height, left : left + width]
        weight *= gain
    total -= total.mean()
    return total / max(float(total.std()), 1e-6)


def _radial_frequency(shape: tuple[int, int], spacing_mm: float) -> Array:
    rows = np.fft.fftfreq(shape[0], spacing_mm).astype(np.float32)[:, None]
    columns = np.fft.rfftfreq(shape[1], spacing_mm).astype(np.float32)[None, :]
    return np.sqrt(rows**2 + columns**2)


def blur(image: Array, sigma_px: float) -> Array:
    """Gaussian blur; the border is mirrored so that it does not darken."""
    if sigma_px <= 0:
        return image
    pad = int(np.ceil(3 * sigma_px)) + 1
    padded = np.pad(image.astype(np.float32), pad, mode="symmetric")
    frequency = _radial_frequency(padded.shape, 1.0)
    transfer = np.exp(-2 * (np.pi * sigma_px * frequency) ** 2).astype(np.float32)
    smooth = np.fft.irfft2(np.fft.rfft2(padded) * transfer, s=padded.shape)
    return smooth[pad:-pad, pad:-pad].astype(np.float32)


def ct_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    sigma_hu: float,
    spacing_mm: float,
    peak_per_mm: float = 0.3,
) -> Array:
    """Quantum noise of a filtered back-projection, standard deviation ``sigma_hu``.

    Its noise power spectrum is a ramp damped by the reconstruction kernel,
    ``f * exp(-(f / peak)**2 / 2)``, with its maximum at ``peak_per_mm`` (about 0.3 /mm for a soft
    and 0.6 /mm for a lung or bone kernel). Source of the form: Riederer, Pelc, Chesler,
    Phys Med Biol 1978;23:446-454; measured examples: Solomon, Christianson, Samei,
    Med Phys 2012;39:6048-6055.
    """
    frequency = _radial_frequency(shape, spacing_mm)
    amplitude = np.sqrt(frequency * np.exp(-0.5 * (frequency / peak_per_mm) ** 2))
    white = rng.standard_normal(shape, dtype=np.float32)
    coloured = np.fft.irfft2(np.fft.rfft2(white) * amplitude, s=shape).astype(np.float32)
    return coloured * (sigma_hu / float(coloured.std()))


def rician(rng: np.random.Generator, signal: Array, sigma: float, smooth_px: float = 0.0) -> Array:
    """Magnitude of a complex MR signal with Gaussian noise in both channels.

    Source: Gudbjartsson, Patz, Magn Reson Med 1995;34:910-914.
    """
    channels = []
    for _ in range(2):
        part = blur(rng.standard_normal(signal.shape, dtype=np.float32), smooth_px)
        channels.append(part * (sigma / float(part.std())))
    return np.hypot(signal + channels[0], channels[1])
