"""Decode frames that come on stdin and write their values to stdout, until nobody asks any more.

Run by `decoding` behind the wall of the lecture pipeline, as a file and without this project: all
it needs is pydicom with its codecs. Each request is a JSON header on a line, then the codestream;
each answer the same with the array's bytes, or a header that says "refused".
"""

import json
import select
import struct
import sys
from typing import Any, BinaryIO

import numpy as np
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.uid import UID

# A worker that has nothing to decode need not hold the memory.
_IDLE_S = 60.0
_LENGTH = struct.Struct(">Q")


def main(source: BinaryIO, target: BinaryIO) -> None:
    """Answer until the source ends or falls silent."""
    config.settings.reading_validation_mode = config.IGNORE
    while select.select([source], [], [], _IDLE_S)[0]:
        length = _exactly(source, _LENGTH.size)
        request = _exactly(source, _LENGTH.unpack(length)[0])
        answer = _answer(request)
        target.write(_LENGTH.pack(len(answer)) + answer)
        target.flush()


def _exactly(source: BinaryIO, length: int) -> bytes:
    """So many bytes; whoever asks is gone when there are fewer."""
    data = bytearray()
    while len(data) < length:
        piece = source.read(length - len(data))
        if not piece:
            sys.exit()
        data += piece
    return bytes(data)


def _answer(request: bytes) -> bytes:
    header, _, codestream = request.partition(b"\n")
    try:
        values = _decoded(json.loads(header), codestream)
    except Exception:  # noqa: BLE001  pydicom and its codecs raise anything
        return b'{"refused": true}\n'
    told = {"shape": values.shape, "dtype": values.dtype.newbyteorder("<").str}
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False))
    return json.dumps(told).encode() + b"\n" + little.tobytes()


def _decoded(facts: dict[str, Any], codestream: bytes) -> np.ndarray:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(facts.pop("TransferSyntaxUID"))
    for keyword, value in facts.items():
        setattr(dataset, keyword, value)
    dataset.PixelData = encapsulate([codestream])
    dataset["PixelData"].VR = "OB"
    return pixel_array(dataset, index=0)


if __name__ == "__main__":
    # Unbuffered: what is buffered here, `select` would wait for in vain.
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as source:
        main(source, sys.stdout.buffer)
