"""Turn one PowerPoint file into a PDF, with the LibreOffice that is installed here.

``python -m media.pipeline.office_child LIBRARY PPTX FOLDER MOST_SLIDES``; run by ``render_pages``
in the box and under limits. Writes ``slides.pdf`` into the folder and prints ``{}``, or a refusal
as ``{"refusal": code, "detail": text}``.

LibreOffice is used as a library (LibreOfficeKit), not by its command: that one needs a socket to
find other instances of itself, and the box has none. Documents loaded this way run no macros.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from media.pipeline.office_parts import harmless_copy
from media.pipeline.refusals import Refusal, Refused

PDF = "slides.pdf"

_Pointer = ctypes.c_void_p
_Text = ctypes.c_char_p


class _OfficeClass(ctypes.Structure):
    """The beginning of ``LibreOfficeKitClass`` (LibreOfficeKit.h), unchanged since 5.0."""

    _fields_ = (
        ("size", ctypes.c_size_t),
        ("destroy", ctypes.CFUNCTYPE(None, _Pointer)),
        ("load", ctypes.CFUNCTYPE(_Pointer, _Pointer, _Text)),
        ("error", ctypes.CFUNCTYPE(_Text, _Pointer)),
    )


class _DocumentClass(ctypes.Structure):
    """The beginning of ``LibreOfficeKitDocumentClass``."""

    _fields_ = (
        ("size", ctypes.c_size_t),
        ("destroy", ctypes.CFUNCTYPE(None, _Pointer)),
        ("save_as", ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Text, _Text, _Text)),
    )


class _Office(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_OfficeClass)),)


class _Document(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_DocumentClass)),)


def convert(library: Path, document: Path, folder: Path) -> None:
    """Write the PDF. Raises ``Refused(SLIDES_UNREADABLE)`` with LibreOffice's own words."""
    hook = ctypes.CDLL(str(library)).libreofficekit_hook_2
    hook.argtypes, hook.restype = (_Text, _Text), ctypes.POINTER(_Office)
    office = hook(os.fsencode(library.parent), (folder / "settings").as_uri().encode())
    if not office:
        raise Refused(Refusal.SLIDES_UNREADABLE, "LibreOffice does not start")
    methods = office.contents.methods.contents
    loaded = methods.load(ctypes.addressof(office.contents), document.as_uri().encode())
    if not loaded:
        raise Refused(Refusal.SLIDES_UNREADABLE, _last_words(office))
    made = ctypes.cast(loaded, ctypes.POINTER(_Document))
    target = (folder / PDF).as_uri().encode()
    if not made.contents.methods.contents.save_as(loaded, target, b"pdf", None):
        raise Refused(Refusal.SLIDES_UNREADABLE, _last_words(office))


def _last_words(office: "ctypes._Pointer[_Office]") -> str:
    said = office.contents.methods.contents.error(ctypes.addressof(office.contents))
    return (said or b"").decode("utf-8", "replace")[:500]


def main(arguments: list[str]) -> NoReturn:
    """Print what became of the document; end without LibreOffice's own farewell."""
    library, document, folder = map(Path, arguments[:3])
    harmless = folder / "slides.pptx"
    answer = {}
    try:
        harmless_copy(document, harmless, most_slides=int(arguments[3]))
        convert(library, harmless, folder)
    except Refused as refused:
        answer = {"refusal": refused.code.value, "detail": refused.detail}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    # What is written is written; its threads and destructors have nothing more to do.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
