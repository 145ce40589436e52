"""What was done to rescue an unusual recording, told to whoever uploaded it.

A pure function of what was measured and what was planned, so that it can be told of lectures
made long ago as well.
"""

from enum import StrEnum
from fractions import Fraction

from media.pipeline.plan import Plan
from media.pipeline.probe import AudioStream, Probe, VideoStream

# A second of held picture or of silence is noticed by nobody.
_NOTICEABLE_S = 1.0
_SQUARE = Fraction(1)


def _(sentence: str) -> str:
    """Mark a sentence for ``makemessages``; whoever shows it translates it."""
    return sentence


class Note(StrEnum):
    """A thing done to a recording; its name never changes once released."""

    TURNED = "TURNED"
    SQUARED = "SQUARED"
    EVENED = "EVENED"
    DEINTERLACED = "DEINTERLACED"
    TONE_MAPPED = "TONE_MAPPED"
    STEADIED = "STEADIED"
    SLOWED = "SLOWED"
    PICTURE_CHOSEN = "PICTURE_CHOSEN"
    PICTURE_IGNORED = "PICTURE_IGNORED"
    COVER_IGNORED = "COVER_IGNORED"
    PICTURE_HELD = "PICTURE_HELD"
    SOUND_CHOSEN = "SOUND_CHOSEN"
    SOUND_IGNORED = "SOUND_IGNORED"
    MIXED_DOWN = "MIXED_DOWN"
    SILENCE_ADDED = "SILENCE_ADDED"
    NO_SOUND = "NO_SOUND"
    SOUND_ONLY = "SOUND_ONLY"
    LENGTH_MEASURED = "LENGTH_MEASURED"

    @property
    def sentence(self) -> str:
        """The untranslated English sentence for an editor."""
        return SENTENCES[self]


SENTENCES: dict[Note, str] = {
    Note.TURNED: _("The picture was turned upright, as the camera had noted."),
    Note.SQUARED: _("Stretched pixels were made square, so that circles are round."),
    Note.EVENED: _("One row or column of pixels was scaled away: sizes must be even."),
    Note.DEINTERLACED: _("Interlaced pictures were made whole."),
    Note.TONE_MAPPED: _("High dynamic range was converted for ordinary screens."),
    Note.STEADIED: _("The varying picture rate was made steady."),
    Note.SLOWED: _("Fewer pictures a second are kept than were recorded."),
    Note.PICTURE_CHOSEN: _("The file has several picture tracks; one of them was used."),
    Note.PICTURE_IGNORED: _("A picture track that can't be decoded was left out."),
    Note.COVER_IGNORED: _("An attached cover picture was left out."),
    Note.PICTURE_HELD: _("The last picture stays while the sound goes on."),
    Note.SOUND_CHOSEN: _("The file has several sound tracks; one of them was used."),
    Note.SOUND_IGNORED: _("A sound track that can't be decoded was left out."),
    Note.MIXED_DOWN: _("Surround sound was mixed down to stereo."),
    Note.SILENCE_ADDED: _("The sound ends before the picture; silence follows."),
    Note.NO_SOUND: _("The file has no sound."),
    Note.SOUND_ONLY: _("The file has no picture: it became a lecture to listen to."),
    Note.LENGTH_MEASURED: _("The file did not state its length; it was measured."),
}

# Containers that have a place for the length, which recorders may leave empty.
_STATING = frozenset({"mp4", "matroska", "avi"})


def notes_on(probe: Probe, plan: Plan) -> tuple[Note, ...]:
    """All that a recording's author may want to know, in the order of :class:`Note`."""
    found = {*_about_file(probe, plan)}
    for picture in probe.video:
        if picture.index == plan.video_index:
            found |= _about_picture(picture, plan)
    for sound in probe.audio:
        if sound.index == plan.audio_index:
            found |= _about_sound(sound, plan)
    return tuple(note for note in Note if note in found)


def _about_file(probe: Probe, plan: Plan) -> set[Note]:
    pictures = [stream for stream in probe.video if not stream.is_attached_picture]
    usable = [stream for stream in pictures if stream.is_decodable]
    audible = [stream for stream in probe.audio if stream.is_decodable]
    states = {
        Note.PICTURE_CHOSEN: len(usable) > 1,
        Note.PICTURE_IGNORED: bool(usable) and len(usable) < len(pictures),
        Note.COVER_IGNORED: len(pictures) < len(probe.video),
        Note.SOUND_CHOSEN: len(audible) > 1,
        Note.SOUND_IGNORED: bool(audible) and len(audible) < len(probe.audio),
        Note.NO_SOUND: plan.audio_index is None,
        Note.SOUND_ONLY: plan.video_index is None,
        Note.LENGTH_MEASURED: probe.container in _STATING and not probe.declared_duration_s,
    }
    return {note for note, holds in states.items() if holds}


def _about_picture(picture: VideoStream, plan: Plan) -> set[Note]:
    states = {
        Note.TURNED: picture.rotation_deg != 0,
        Note.SQUARED: picture.sample_aspect != _SQUARE,
        Note.EVENED: bool(picture.display_width % 2 or picture.display_height % 2),
        Note.DEINTERLACED: plan.treatment.deinterlace,
        Note.TONE_MAPPED: plan.treatment.tone_map,
        Note.STEADIED: picture.is_variable_rate,
        Note.SLOWED: picture.fps > plan.fps,
        Note.PICTURE_HELD: plan.video_pad_s > _NOTICEABLE_S,
    }
    return {note for note, holds in states.items() if holds}


def _about_sound(sound: AudioStream, plan: Plan) -> set[Note]:
    states = {
        Note.MIXED_DOWN: sound.channels > 2,
        Note.SILENCE_ADDED: plan.audio_pad_s > _NOTICEABLE_S,
    }
    return {note for note, holds in states.items() if holds}
