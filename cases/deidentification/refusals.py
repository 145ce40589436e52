"""Why a file is not taken: stable codes, a sentence for the author per code, never a value."""

from enum import StrEnum


def _(sentence: str) -> str:
    """Mark a sentence for ``makemessages``; whoever shows it translates it."""
    return sentence


class Refusal(StrEnum):
    """A reason that is stored and compared; its name never changes once released."""

    NOT_DICOM = "NOT_DICOM"
    DICOMDIR = "DICOMDIR"
    EMPTY_FILE = "EMPTY_FILE"
    TOO_LARGE = "TOO_LARGE"
    TOO_COMPLEX = "TOO_COMPLEX"
    DAMAGED = "DAMAGED"
    NO_CLASS = "NO_CLASS"
    CLASS_REFUSED = "CLASS_REFUSED"
    DOCUMENT = "DOCUMENT"
    REPORT = "REPORT"
    VIDEO = "VIDEO"
    NO_PIXELS = "NO_PIXELS"
    TRUNCATED = "TRUNCATED"
    ABSURD_SIZE = "ABSURD_SIZE"
    UNDECODABLE = "UNDECODABLE"
    # of uploads rather than of a file in them
    NOT_FOUND = "NOT_FOUND"
    LINK = "LINK"
    UNSAFE_NAME = "UNSAFE_NAME"
    ENCRYPTED = "ENCRYPTED"
    BAD_ARCHIVE = "BAD_ARCHIVE"
    NESTED_ARCHIVE = "NESTED_ARCHIVE"
    TOO_MANY_FILES = "TOO_MANY_FILES"
    ZIP_BOMB = "ZIP_BOMB"
    NOTHING_USABLE = "NOTHING_USABLE"
    MIXED_PATIENTS = "MIXED_PATIENTS"
    TIMED_OUT = "TIMED_OUT"
    UNEXPECTED = "UNEXPECTED"


SENTENCES: dict[Refusal, str] = {
    Refusal.NOT_DICOM: _("This is not a DICOM file."),
    Refusal.DICOMDIR: _("A DICOMDIR lists files and holds no pictures; it is not needed."),
    Refusal.EMPTY_FILE: _("The file is empty. Please export it again."),
    Refusal.TOO_LARGE: _("The file is larger than this site takes. Please export fewer images."),
    Refusal.TOO_COMPLEX: _(
        "The file nests or repeats its attributes beyond any real image. Please export it again."
    ),
    Refusal.DAMAGED: _("The file is damaged. Please export it again from the archive."),
    Refusal.NO_CLASS: _("The file does not say what kind of object it is, so it can't be checked."),
    Refusal.CLASS_REFUSED: _(
        "This kind of object is not on the list of those that can be de-identified."
    ),
    Refusal.DOCUMENT: _("Documents inside DICOM are not taken: their text can't be checked."),
    Refusal.REPORT: _("Reports and annotations are not taken: their text can't be checked."),
    Refusal.VIDEO: _("Video inside DICOM is not taken. Please export single frames."),
    Refusal.NO_PIXELS: _("The file holds no picture."),
    Refusal.TRUNCATED: _("The picture is cut off. Please export it again from the archive."),
    Refusal.ABSURD_SIZE: _("The picture claims a size that no such picture has."),
    Refusal.UNDECODABLE: _(
        "The picture's compression can't be read. Please export it uncompressed."
    ),
    Refusal.NOT_FOUND: _("There is no file or folder at this place."),
    Refusal.LINK: _("Links are not followed. Please give the files themselves."),
    Refusal.UNSAFE_NAME: _("The name leads out of the archive."),
    Refusal.ENCRYPTED: _("The archive is locked by a password. Please pack it without one."),
    Refusal.BAD_ARCHIVE: _("The archive is damaged. Please pack it again."),
    Refusal.NESTED_ARCHIVE: _("Archives inside an archive are not opened. Please unpack them."),
    Refusal.TOO_MANY_FILES: _("There are more files than one import takes. Please divide them."),
    Refusal.ZIP_BOMB: _("The archive unpacks to more than one import takes. Please divide it."),
    Refusal.NOTHING_USABLE: _("Nothing in this upload can be used. The list says why."),
    Refusal.MIXED_PATIENTS: _(
        "The files are of several patients. Please import one patient's images at a time."
    ),
    Refusal.TIMED_OUT: _("Reading took too long. Please divide the upload."),
    Refusal.UNEXPECTED: _("Something went wrong on the server. Please try again."),
}


class Refused(Exception):
    """A file or upload is not taken. Holds a code and nothing that was read from the file."""

    def __init__(self, code: Refusal) -> None:
        self.code = code
        super().__init__(code.value)

    @property
    def sentence(self) -> str:
        """The untranslated English sentence for the author."""
        return SENTENCES[self.code]
