"""Compressed frames decoded in a child process: a codec that crashes takes nobody with it.

Codecs are C, C++ and Rust, and are fed whatever somebody uploaded. The child sits behind the same
wall as ffmpeg (`media.pipeline.sandbox`): limited memory and time, no network, no files.
"""

import json
import sys
import threading
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from media.pipeline.helper import Helper, HelperGone
from media.pipeline.process import Limits
from media.pipeline.sandbox import Reach

from .refusals import Refusal, Refused

CHILD = Path(__file__).with_name("decode_child.py")
# One frame takes well below a second; the largest, of 64 megapixels, some ten. Processor time is
# the child's whole life, over thousands of frames; each one is bounded by the wall time.
LIMITS = Limits(wall_s=60, cpu_s=3600, memory_bytes=4 << 30, file_bytes=0)
# What decides how a codestream becomes values (PS3.3, C.7.6.3).
_FACTS = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PlanarConfiguration",
)
# A few bytes of header beside the values; colours of 16 bits take most.
_HEADER_BYTES, _MOST_PIXEL_BYTES = 1024, 12

_helpers = threading.local()


def decode(dataset: Dataset, codestream: bytes) -> np.ndarray:
    """The values of one encoded frame, colours as RGB. Raises `Refused` where it can't be read."""
    facts = {keyword: _plain(dataset[keyword].value) for keyword in _FACTS if keyword in dataset}
    facts["TransferSyntaxUID"] = str(dataset.file_meta.TransferSyntaxUID)
    pixels = int(dataset.Rows) * int(dataset.Columns)
    try:
        answer = _helper().ask(
            json.dumps(facts).encode() + b"\n" + codestream,
            most_bytes=_HEADER_BYTES + pixels * _MOST_PIXEL_BYTES,
        )
    except HelperGone:
        raise Refused(Refusal.UNDECODABLE) from None
    header, _, data = answer.partition(b"\n")
    told = json.loads(header)
    if "refused" in told:
        raise Refused(Refusal.UNDECODABLE)
    # A copy: what comes of bytes can't be written to, and masks are.
    return np.frombuffer(data, dtype=told["dtype"]).reshape(told["shape"]).copy()


def _plain(value: object) -> int | str:
    return int(value) if isinstance(value, int) else str(value)


def _helper() -> Helper:
    """This thread's child; one that has gone, for whatever reason, is replaced."""
    helper: Helper | None = getattr(_helpers, "helper", None)
    if helper is None or not helper.is_alive:
        if helper is not None:
            helper.close()
        helper = _helpers.helper = Helper(
            [sys.executable, "-I", str(CHILD)],
            limits=LIMITS,
            reach=Reach(reads=(CHILD,)),
            env={"PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    return helper


def end_decoder() -> None:
    """End this thread's child, if there is one."""
    helper: Helper | None = getattr(_helpers, "helper", None)
    if helper is not None:
        helper.close()
        _helpers.helper = None
