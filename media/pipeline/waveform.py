"""The shape of a lecture's sound: its loudest sample in each of a few hundred stretches."""

import json

import numpy as np

SAMPLE_RATE_HZ = 8000
BINS = 600
# Loudness in a file of at most 4 kB: whole per cents of the loudest stretch.
_FULL_SCALE = 100


class WaveformMeter:
    """Takes 16-bit mono samples at ``SAMPLE_RATE_HZ`` as they come; memory does not grow."""

    def __init__(self, duration_s: float) -> None:
        self._peaks = np.zeros(BINS, dtype=np.int64)
        self._per_bin = max(1.0, duration_s * SAMPLE_RATE_HZ / BINS)
        self._count = 0
        self._duration_s = duration_s

    def add(self, data: bytes | bytearray) -> None:
        """Take the next samples, little-endian; half a sample at the end is left out."""
        samples = np.frombuffer(data, dtype="<i2", count=len(data) // 2).astype(np.int64)
        if not len(samples):
            return
        places = (np.arange(self._count, self._count + len(samples)) / self._per_bin).astype(int)
        np.maximum.at(self._peaks, np.minimum(places, BINS - 1), np.abs(samples))
        self._count += len(samples)

    def to_json(self) -> str:
        """The peaks from 0 to 100, relative to the loudest: ``{"duration_s", "peaks"}``."""
        loudest = max(1, int(self._peaks.max()))
        peaks = (self._peaks * _FULL_SCALE + loudest // 2) // loudest
        return json.dumps(
            {"duration_s": round(self._duration_s, 3), "peaks": [int(peak) for peak in peaks]},
            separators=(",", ":"),
        )
