"""What was done to rescue an unusual recording, told to whoever uploaded it.

A pure function of what was measured and what was planned, so that it can be told of lectures
made long ago as well.
"""

from enum import StrEnum
from fractions import Fraction

from media.pipeline.chunks import Damage
from media.pipeline.plan import Plan
from media.pipeline.probe import AudioStream, Gap, Probe, VideoStream

# A second of held picture or of silence is noticed by nobody.
_NOTICEABLE_S = 1.0
_SQUARE = Fraction(1)
_NO_DAMAGE = Damage()


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
    CUT_OFF = "CUT_OFF"
    UNREADABLE_REST = "UNREADABLE_REST"
    CLOCK_RESTARTED = "CLOCK_RESTARTED"
    PICTURE_GAP = "PICTURE_GAP"
    SOUND_GAP = "SOUND_GAP"
    PICTURE_DAMAGED = "PICTURE_DAMAGED"
    SOUND_DAMAGED = "SOUND_DAMAGED"
    PACKETS_LOST = "PACKETS_LOST"

    @property
    def sentence(self) -> str:
        """The untranslated English sentence for an editor, to be filled in from `facts_on`."""
        return SENTENCES[self]

    @property
    def is_loss(self) -> bool:
        """Whether something of the recording is missing in the lecture."""
        return self in _LOSSES


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
    Note.CUT_OFF: _(
        "Only %(there)s of %(declared)s could be found in the file; the rest is missing. "
        "If you have the whole recording, replace this one by it."
    ),
    Note.UNREADABLE_REST: _(
        "The file goes on after %(there)s, but nothing more of it could be read. "
        "If you have an undamaged copy, replace this one by it."
    ),
    Note.CLOCK_RESTARTED: _(
        "The clock of the file starts again in its middle, as in recordings that were joined; what "
        "comes after that is missing. Please export it as one MP4, and replace the recording."
    ),
    Note.PICTURE_GAP: _(
        "The file holds no picture at these times, where the one before stays: %(picture_gaps)s."
    ),
    Note.SOUND_GAP: _(
        "The file holds no sound at these times, where it is silent: %(sound_gaps)s."
    ),
    Note.PICTURE_DAMAGED: _(
        "The picture is damaged in the file around these times; where it could not be decoded, the "
        "one before stays, or the screen is black: %(damaged)s."
    ),
    Note.SOUND_DAMAGED: _("Some of the sound is damaged in the file and could not be decoded."),
    Note.PACKETS_LOST: _("Small parts of the file are damaged; what could be decoded was kept."),
}

_LOSSES = frozenset(
    {
        Note.CUT_OFF, Note.UNREADABLE_REST, Note.CLOCK_RESTARTED, Note.PICTURE_GAP, Note.SOUND_GAP,
        Note.PICTURE_DAMAGED, Note.SOUND_DAMAGED, Note.PACKETS_LOST,
    }
)  # fmt: skip
_MOST_LATE = 10
# An index may follow the last packet, and a camera leaves room there.
_MOST_UNREAD_SHARE, _MOST_UNREAD_BYTES = 0.1, 100_000

# Containers that have a place for the length, which recorders may leave empty.
_STATING = frozenset({"mp4", "matroska", "avi"})


def notes_on(probe: Probe, plan: Plan, damage: Damage = _NO_DAMAGE) -> tuple[Note, ...]:
    """All that a recording's author may want to know, in the order of :class:`Note`.

    ``damage`` is what encoding came upon.
    """
    found = {*_about_file(probe, plan), *_about_damage(probe, plan, damage)}
    for picture in probe.video:
        if picture.index == plan.video_index:
            found |= _about_picture(picture, plan)
    for sound in probe.audio:
        if sound.index == plan.audio_index:
            found |= _about_sound(sound, plan)
    return tuple(note for note in Note if note in found)


def facts_on(probe: Probe, plan: Plan, damage: Damage = _NO_DAMAGE) -> dict[str, str]:
    """What the notes' sentences are filled in with, as ``12:31`` and ``0:40–1:10, 2:00–2:30``."""
    picture, sound = _tracks(probe, plan)
    return {
        "there": clock(probe.duration_s),
        "declared": clock(probe.declared_duration_s or probe.duration_s),
        "picture_gaps": _stretches(picture.gaps if picture else ()),
        "sound_gaps": _stretches(sound.gaps if sound else ()),
        "damaged": _stretches(damage.picture),
    }


def clock(seconds: float) -> str:
    """A time as players show it: ``12:31``, from an hour on ``1:02:03``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _stretches(gaps: tuple[Gap, ...]) -> str:
    return ", ".join(f"{clock(gap.start_s)}–{clock(gap.end_s)}" for gap in gaps)


def _tracks(probe: Probe, plan: Plan) -> tuple[VideoStream | None, AudioStream | None]:
    return (
        next((stream for stream in probe.video if stream.index == plan.video_index), None),
        next((stream for stream in probe.audio if stream.index == plan.audio_index), None),
    )


def _about_damage(probe: Probe, plan: Plan, damage: Damage) -> set[Note]:
    picture, sound = _tracks(probe, plan)
    missing_s = (probe.declared_duration_s or 0.0) - probe.duration_s
    is_cut = missing_s > plan.duration_tolerance_s
    gaps = bool(picture and picture.gaps), bool(sound and sound.gaps)
    unread = probe.unread_bytes > max(_MOST_UNREAD_BYTES, _MOST_UNREAD_SHARE * probe.size_bytes)
    states = {
        Note.CUT_OFF: is_cut,
        Note.UNREADABLE_REST: unread and not is_cut,
        Note.CLOCK_RESTARTED: probe.late_packets > _MOST_LATE,
        Note.PICTURE_GAP: gaps[0],
        Note.SOUND_GAP: gaps[1],
        Note.PICTURE_DAMAGED: bool(damage.picture),
        Note.SOUND_DAMAGED: damage.sound,
        # The last packet of each track may be cut where a file ends.
        Note.PACKETS_LOST: not any(gaps)
        and damage == _NO_DAMAGE
        and probe.broken_packets > len(probe.video) + len(probe.audio),
    }
    return {note for note, holds in states.items() if holds}


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
