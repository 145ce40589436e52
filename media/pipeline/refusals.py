"""Why a lecture could not be made: stable codes, and a sentence for an editor per code."""

from enum import StrEnum


def _(sentence: str) -> str:
    """Mark a sentence for ``makemessages``; whoever shows it translates it."""
    return sentence


class Refusal(StrEnum):
    """A reason that is stored and compared; its name never changes once released."""

    # what the file is
    FILE_MISSING = "FILE_MISSING"
    EMPTY_FILE = "EMPTY_FILE"
    TEXT_FILE = "TEXT_FILE"
    PLAYLIST = "PLAYLIST"
    IMAGE = "IMAGE"
    DOCUMENT = "DOCUMENT"
    ARCHIVE = "ARCHIVE"
    NOT_A_VIDEO = "NOT_A_VIDEO"
    # what is in it
    UNREADABLE = "UNREADABLE"
    NO_STREAMS = "NO_STREAMS"
    NO_DURATION = "NO_DURATION"
    TRUNCATED = "TRUNCATED"
    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    TOO_LARGE_PICTURE = "TOO_LARGE_PICTURE"
    TOO_MANY_STREAMS = "TOO_MANY_STREAMS"
    DECODE_FAILED = "DECODE_FAILED"
    # slides in a document
    NOT_SLIDES = "NOT_SLIDES"
    OFFICE_MISSING = "OFFICE_MISSING"
    SLIDES_LOCKED = "SLIDES_LOCKED"
    SLIDES_UNREADABLE = "SLIDES_UNREADABLE"
    TOO_MANY_SLIDES = "TOO_MANY_SLIDES"
    NO_VOICE = "NO_VOICE"
    # what happened on the way
    OUTPUT_SHORT = "OUTPUT_SHORT"
    OUTPUT_INVALID = "OUTPUT_INVALID"
    TIMED_OUT = "TIMED_OUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    DISK_FULL = "DISK_FULL"
    ENCODER_STOPPED = "ENCODER_STOPPED"
    ENCODER_MISSING = "ENCODER_MISSING"
    NO_SANDBOX = "NO_SANDBOX"
    OTHER_RELEASE = "OTHER_RELEASE"

    @property
    def is_transient(self) -> bool:
        """Whether the same file may well succeed later, so that trying again makes sense."""
        return self in _TRANSIENT


_TRANSIENT = frozenset(
    {
        # Our output, not the file, is at fault: a disk that was full for a moment, for example.
        Refusal.OUTPUT_INVALID,
        Refusal.TIMED_OUT,
        Refusal.OUT_OF_MEMORY,
        Refusal.DISK_FULL,
        Refusal.ENCODER_STOPPED,
        Refusal.ENCODER_MISSING,
        Refusal.NO_SANDBOX,
    }
)

# One English sentence or two per code: what happened, and what the editor can do about it.
SENTENCES: dict[Refusal, str] = {
    Refusal.FILE_MISSING: _(
        "The uploaded file is no longer there. Please upload the lecture again."
    ),
    Refusal.EMPTY_FILE: _(
        "The file is empty. Please check the recording on your computer and upload it again."
    ),
    Refusal.TEXT_FILE: _(
        "This is a text file, not a recording, whatever its name says. "
        "Please upload the video or audio file itself."
    ),
    Refusal.PLAYLIST: _(
        "This is a playlist that points to other files, not a recording. "
        "Please upload the video or audio file itself."
    ),
    Refusal.IMAGE: _(
        "This is a picture, not a recording. Please upload a video or audio file, "
        "or add the picture to the page as an image."
    ),
    Refusal.DOCUMENT: _(
        "This is a document, not a recording. Please export the presentation as a video "
        "(in PowerPoint: File, Export, Create a Video) and upload that."
    ),
    Refusal.ARCHIVE: _(
        "This is an archive, not a recording. Please unpack it and upload the video inside."
    ),
    Refusal.NOT_A_VIDEO: _(
        "We don't recognise this file as a recording. Please upload a video (MP4, MOV, MKV, "
        "WebM, AVI, WMV, MPEG) or an audio file (MP3, M4A, WAV, OGG, FLAC)."
    ),
    Refusal.UNREADABLE: _(
        "The file is damaged and can't be read. Please check that it plays on your computer, "
        "then export it again as MP4 and upload that."
    ),
    Refusal.NO_STREAMS: _(
        "The file contains neither picture nor sound. "
        "Please export the recording again and upload the new file."
    ),
    Refusal.NO_DURATION: _(
        "The file contains no playable picture or sound. "
        "Please export the recording again and upload the new file."
    ),
    Refusal.TRUNCATED: _(
        "The file breaks off before the list of what is in it, which is written last: nothing of "
        "it can be played. Please copy it again from the camera or computer that made it. If "
        "recording itself was interrupted, the program that recorded can often repair the file."
    ),
    Refusal.TOO_SHORT: _(
        "The recording is too short to be a lecture. Please check that you chose the right file."
    ),
    Refusal.TOO_LONG: _(
        "The recording is longer than this site accepts. "
        "Please cut it into parts and upload each as a lecture."
    ),
    Refusal.TOO_LARGE_PICTURE: _(
        "The picture is larger than this site accepts. "
        "Please export the recording at 3840 × 2160 pixels or less."
    ),
    Refusal.TOO_MANY_STREAMS: _(
        "The file contains an unusual number of tracks. "
        "Please export the recording again with one picture and one sound track."
    ),
    Refusal.DECODE_FAILED: _(
        "The picture or sound could not be decoded. Please check that the file plays on your "
        "computer, then export it again as MP4 (H.264 and AAC) and upload that."
    ),
    Refusal.NOT_SLIDES: _(
        "This file holds no slides. Please save the presentation as PDF and choose that."
    ),
    Refusal.OFFICE_MISSING: _(
        "PowerPoint files can't be read on this server. Please save the presentation as PDF "
        "(in PowerPoint: File, Save As, PDF) and choose that."
    ),
    Refusal.SLIDES_LOCKED: _(
        "The slides are locked by a password. Please save them as PDF without one."
    ),
    Refusal.SLIDES_UNREADABLE: _(
        "The slides can't be read. Please check that the file opens on your computer, then save "
        "the presentation as PDF again."
    ),
    Refusal.TOO_MANY_SLIDES: _(
        "The document has more pages than a lecture can have slides (300). "
        "Please choose the slides alone."
    ),
    Refusal.NO_VOICE: _(
        "The recording has no sound to show the slides with. Please upload the recorded voice."
    ),
    Refusal.OUTPUT_SHORT: _(
        "Only part of the recording could be decoded; the file is probably damaged. "
        "Please check that it plays to the end, then export it again and upload that."
    ),
    Refusal.OUTPUT_INVALID: _(
        "The converted lecture did not pass our checks, so it was not published. Please try "
        "again; if it fails again, tell the site's administrator."
    ),
    Refusal.TIMED_OUT: _(
        "Converting took longer than allowed and was stopped. Please try again later; if it "
        "fails again, tell the site's administrator."
    ),
    Refusal.OUT_OF_MEMORY: _(
        "Converting needed more memory than allowed and was stopped. Please export the "
        "recording at a smaller picture size, or tell the site's administrator."
    ),
    Refusal.DISK_FULL: _(
        "The server has run out of disk space. Please tell the site's administrator; "
        "your upload is kept, and you can try again afterwards."
    ),
    Refusal.ENCODER_STOPPED: _(
        "Converting was interrupted on the server. Please try again; your upload is kept."
    ),
    Refusal.ENCODER_MISSING: _(
        "The program that converts lectures is missing on the server. "
        "Please tell the site's administrator; your upload is kept."
    ),
    Refusal.NO_SANDBOX: _(
        "The server isn't set up to open uploaded files safely, so it didn't open this one. "
        "Please tell the site's administrator; your upload is kept."
    ),
    Refusal.OTHER_RELEASE: _(
        "This lecture was begun by another release of the site's program. "
        "Choose Try again, and it is converted from the beginning; your upload is kept."
    ),
}


class Refused(Exception):
    """A stage can't go on. ``code`` is for machines, ``sentence`` for the editor.

    ``detail`` holds the technical trace (for example ffmpeg's last lines) for the log; it may
    quote the file and is not meant for pages.
    """

    def __init__(self, code: Refusal, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code.value}: {detail}" if detail else code.value)

    @property
    def sentence(self) -> str:
        """The untranslated English sentence for an editor."""
        return SENTENCES[self.code]


class Cancelled(Exception):
    """Whoever watches the progress wanted the work to stop."""
