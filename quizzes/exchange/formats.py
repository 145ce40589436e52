"""The formats by name: one door to read and one to write."""

from django.utils.translation import gettext as _

from .drafts import Draft, NotAQuestionFile, Parsed, Skipped
from .gift import parse_gift
from .gift_writer import write_gift
from .moodle_writer import write_moodle_xml
from .moodle_xml import parse_moodle_xml

GIFT, MOODLE_XML = "gift", "moodlexml"
FORMATS = {GIFT: "GIFT", MOODLE_XML: "Moodle XML"}
# A bank of some thousand questions with pictures.
LARGEST_FILE = 64 * 1024 * 1024


def format_of(data: bytes) -> str:
    """The format that a file is in, by how it begins."""
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return MOODLE_XML if start.startswith((b"<?xml", b"<quiz", b"<question", b"<!--")) else GIFT


def parse(data: bytes, file_format: str) -> Parsed:
    """Read a file; raises `NotAQuestionFile` with a sentence for whoever brought it."""
    if len(data) > LARGEST_FILE:
        raise NotAQuestionFile(_("The file is larger than 64 MB: bring it in parts."))
    if file_format == MOODLE_XML:
        return parse_moodle_xml(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotAQuestionFile(_("The file is not UTF-8 text.")) from None
    if "\x00" in text:
        raise NotAQuestionFile(_("The file is not UTF-8 text."))
    return parse_gift(text)


def write(drafts: list[Draft], file_format: str) -> tuple[str, list[Skipped]]:
    """The file's text, and what could not be written; notes are left on the drafts."""
    return write_moodle_xml(drafts) if file_format == MOODLE_XML else write_gift(drafts)
