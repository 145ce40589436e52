"""Odd recordings, made by code: what can be rescued is, with a note; what can't gets a sentence."""

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from bench.hostile import QUICK
from media.pipeline.chunks import Damage
from media.pipeline.encode import encode
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.notes import SENTENCES, Note, notes_on
from media.pipeline.package import Package, package
from media.pipeline.plan import Plan
from media.pipeline.probe import Probe
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.run import examine

SHARED_VIDEO = Path(__file__).resolve().parents[4] / "shared" / "data" / "video"
FILES = (
    "no-audio.mov", "phone-rotated-1080p.mp4", "screencast-720p60-no-audio.mp4",
    "slides-1fps-4x3.mp4", "speech-only-60s.mp4", "talk-640x480-120fps.mov",
)  # fmt: skip

X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"


def picture(size: str = "160x120", rate: str = "10", seconds: float = 2) -> str:
    return f"-f lavfi -i testsrc2=s={size}:r={rate}:d={seconds}"


def sound(seconds: float = 2, layout: str = "mono") -> str:
    return f"-f lavfi -i anoisesrc=d={seconds}:a=0.1:seed=1,aformat=channel_layouts={layout}"


@dataclass(frozen=True)
class Odd:
    """A recording: its name, how ffmpeg makes it, how long it is, and what is noted of it."""

    name: str
    arguments: str
    duration_s: float
    notes: tuple[Note, ...] = ()
    change: Callable[[bytes], bytes] | None = None
    refusal: Refusal | None = None


def tail_off(share: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * share)]


def streamed_wav(data: bytes) -> bytes:
    """As a program writes it that can't go back to say how much there was."""
    at = data.index(b"data") + 4
    return data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]


def hole(start: float, end: float) -> Callable[[bytes], bytes]:
    """Noise in the place of the bytes between two shares of the file."""

    def change(data: bytes) -> bytes:
        first, last = int(len(data) * start), int(len(data) * end)
        return data[:first] + random.Random(1).randbytes(last - first) + data[last:]

    return change


SILENT = (Note.NO_SOUND,)
CUT = (Note.NO_SOUND, Note.CUT_OFF)
CUT_SOUND = (Note.SOUND_ONLY, Note.CUT_OFF)
LONG = f"{picture('96x64', '5', 60)} {sound(60)}"
GAPS = (Note.PICTURE_GAP, Note.SOUND_GAP)
ODD = (
    Odd("plain.mp4", f"{picture()} {sound()} {X264} -c:a aac", 2),
    Odd("no-sound.mp4", f"{picture()} {X264}", 2, SILENT),
    Odd("sound-only.m4a", f"{sound()} -c:a aac", 2, (Note.SOUND_ONLY,)),
    Odd("surround.mkv", f"{picture()} {sound(2, '5.1')} {X264} -c:a ac3", 2, (Note.MIXED_DOWN,)),
    Odd("three-sounds.mkv", f"{picture()} {sound()} {sound()} {sound()} -map 0 -map 1 -map 2 "
        f"-map 3 {X264} -c:a aac", 2, (Note.SOUND_CHOSEN,)),
    Odd("odd-size.mkv", f"{picture('162x122')} -vf crop=161:121:exact=1 -c:v ffv1 "
        "-pix_fmt yuv444p", 2, (Note.EVENED, Note.NO_SOUND)),
    Odd("tiny.avi", f"{picture('16x16')} -c:v mpeg4", 2, SILENT),
    Odd("one-pixel.mkv", f"{picture('2x2')} -vf crop=1:1:exact=1 -c:v ffv1 -pix_fmt yuv444p", 2,
        (Note.EVENED, Note.NO_SOUND)),
    Odd("wide.mp4", f"{picture('640x32')} {X264}", 2, SILENT),
    Odd("anamorphic.mpg", f"{picture('352x288', '25')} -vf setsar=16/11 -c:v mpeg2video", 2,
        (Note.SQUARED, Note.SLOWED, Note.NO_SOUND)),
    Odd("one-a-second.mp4", f"{picture(rate='1', seconds=4)} {X264}", 4, SILENT),
    Odd("fast.mkv", f"{picture(rate='120')} {X264}", 2, (Note.SLOWED, Note.NO_SOUND)),
    Odd("ntsc.mov", f"{picture(rate='30000/1001')} {X264}", 2, (Note.SLOWED, Note.NO_SOUND)),
    Odd("varying.mkv", f"{picture(rate='30', seconds=4)} -vf select='lt(mod(n\\,30)\\,6)' "
        f"-fps_mode vfr {X264}", 3.2, (Note.STEADIED, Note.NO_SOUND)),
    Odd("interlaced.ts", f"{picture(rate='50')} -vf tinterlace=interleave_top,fieldorder=tff "
        "-c:v mpeg2video -flags +ildct+ilme", 2, (Note.DEINTERLACED, Note.SLOWED, Note.NO_SOUND)),
    Odd("ten-bit.mkv", f"{picture()} -c:v libx265 -preset ultrafast -x265-params log-level=none "
        "-pix_fmt yuv420p10le", 2, SILENT),
    Odd("hdr.mkv", f"{picture()} -vf setparams=color_trc=smpte2084:color_primaries=bt2020:"
        "colorspace=bt2020nc -c:v libx265 -preset ultrafast -x265-params log-level=none "
        "-pix_fmt yuv420p10le -color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc",
        2, (Note.TONE_MAPPED, Note.NO_SOUND)),
    Odd("no-length.webm", f"{picture()} -c:v libvpx -deadline realtime -live 1", 2,
        (Note.NO_SOUND, Note.LENGTH_MEASURED)),
    Odd("late-sound.mkv", f"{picture(seconds=4)} -itsoffset 1.5 {sound(2.5)} {X264} -c:a aac", 4),
    Odd("short-sound.mp4", f"{picture(seconds=5)} {sound(2)} {X264} -c:a aac", 5,
        (Note.SILENCE_ADDED,)),
    Odd("short-picture.mp4", f"{picture(seconds=2)} {sound(5)} {X264} -c:a aac", 5,
        (Note.PICTURE_HELD,)),
    Odd("negative-start.mkv", f"{picture()} {sound()} {X264} -c:a aac -output_ts_offset -1 "
        "-avoid_negative_ts disabled", 2),
    Odd("far-start.ts", f"{picture()} {sound()} {X264} -c:a aac -output_ts_offset 90000", 2),
    Odd("powerpoint.wmv", f"{picture()} {sound()} -c:v wmv2 -c:a wmav2", 2),
    Odd("old-camera.avi", f"{picture()} {sound()} -c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le", 2),
    Odd("cut-stream.ts", f"{picture(seconds=4)} {X264} -g 10", 2.8, SILENT, tail_off(0.7)),
    Odd("cut-index.mp4", f"{picture()} {X264}", 0, change=tail_off(0.7),
        refusal=Refusal.TRUNCATED),
    Odd("cut-data.mp4", f"{picture(seconds=6)} {X264} -g 10 -movflags +faststart", 2.8, CUT,
        tail_off(0.5)),
    Odd("cut-header.mp4", f"{picture(seconds=6)} {X264} -g 10 -movflags +faststart", 0,
        change=lambda data: data[:200], refusal=Refusal.TRUNCATED),
    Odd("cut-fragments.mp4", f"{picture(seconds=6)} {X264} -g 10 "
        "-movflags frag_keyframe+empty_moov", 3, SILENT, tail_off(0.5)),
    Odd("cut.mkv", f"{picture(seconds=6)} {X264} -g 10", 3, CUT, tail_off(0.5)),
    Odd("cut.webm", f"{picture(seconds=6)} -c:v libvpx -deadline realtime", 3, CUT, tail_off(0.5)),
    Odd("cut.avi", f"{picture(seconds=6)} -c:v mpeg4", 2.5, CUT, tail_off(0.5)),
    Odd("cut.wmv", f"{picture(seconds=6)} -c:v wmv2", 2.5, CUT, tail_off(0.5)),
    Odd("cut.flv", f"{picture(seconds=6)} -c:v flv1", 2.5, CUT, tail_off(0.5)),
    Odd("cut.wav", f"{sound(6)} -c:a pcm_s16le", 3, CUT_SOUND, tail_off(0.5)),
    Odd("cut.aiff", f"{sound(6)} -c:a pcm_s16be", 3, CUT_SOUND, tail_off(0.5)),
    Odd("cut.flac", f"{sound(6)} -c:a flac", 3, CUT_SOUND, tail_off(0.5)),
    Odd("cut.mp3", f"{sound(6)} -c:a libmp3lame -q:a 5", 3, CUT_SOUND, tail_off(0.5)),
    Odd("no-length.wav", f"{sound()} -c:a pcm_s16le", 2, (Note.SOUND_ONLY,), streamed_wav),
    Odd("cut.ogg", f"{sound(6)} -c:a libvorbis", 2, (Note.SOUND_ONLY,), tail_off(0.5)),
    Odd("holed.mp4", f"{LONG} {X264} -g 25 -c:a aac", 60,
        (Note.PICTURE_DAMAGED, Note.SOUND_DAMAGED), hole(0.3, 0.6)),
    Odd("holed.mkv", f"{LONG} {X264} -g 25 -c:a aac", 60, GAPS, hole(0.3, 0.6)),
    Odd("holed.ts", f"{LONG} {X264} -g 25 -c:a aac", 60, (*GAPS, Note.SOUND_DAMAGED),
        hole(0.3, 0.6)),
    Odd("holed-fragments.mp4", f"{LONG} {X264} -g 25 -c:a aac -movflags frag_keyframe+empty_moov",
        25.2, (Note.UNREADABLE_REST, Note.SOUND_DAMAGED), hole(0.4, 0.6)),
    Odd("one-frame.mp4", f"{picture(seconds=0.05)} {X264}", 0.1, SILENT),
    Odd("voice.mkv", f"{sound()} -c:a libopus", 2, (Note.SOUND_ONLY,)),
)  # fmt: skip


def make(odd: Odd, folder: Path) -> Path:
    path = folder / odd.name
    command = [find_ffmpeg().path, "-v", "error", "-nostdin"]
    subprocess.run([*command, *odd.arguments.replace("'", "").split(), path], check=True)
    if odd.change:
        path.write_bytes(odd.change(path.read_bytes()))
    return path


def transcoded(source: Path, out: Path) -> tuple[Probe, Plan, Package, Damage]:
    """The pipeline step by step, so that the plan can be looked at."""
    measured, planned = examine(source, QUICK, binary=find_ffmpeg())
    damage = encode(source, planned, out / "encoded")
    return measured, planned, package(out / "encoded", planned, out / "package"), damage


def check_lecture(made: Package, planned: Plan, folder: Path) -> None:
    """The progressive file has the tracks planned, at the size planned, to the end."""
    with av.open(str(folder / made.fallback_mp4)) as opened:
        seconds = float((opened.duration or 0) / av.time_base)
        assert seconds == pytest.approx(planned.duration_s, abs=1.0)
        assert len(opened.streams.video) == bool(planned.video)
        assert len(opened.streams.audio) == bool(planned.audio)
        for stream in opened.streams.video:
            context = stream.codec_context
            assert (context.width % 2, context.height % 2) == (0, 0)
            assert context.pix_fmt == "yuv420p"


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_odd_recording_is_rescued_with_a_note_or_refused_with_a_sentence(odd, tmp_path):
    source = make(odd, tmp_path)
    if odd.refusal:
        with pytest.raises(Refused) as refused:
            transcoded(source, tmp_path)
        assert refused.value.code is odd.refusal
        assert refused.value.sentence
        return
    measured, planned, made, damage = transcoded(source, tmp_path)
    assert made.duration_s == pytest.approx(odd.duration_s, abs=0.35)
    assert notes_on(measured, planned, damage) == odd.notes
    check_lecture(made, planned, tmp_path / "package")


def test_cover_of_a_song_is_left_out(tmp_path):
    cover = tmp_path / "cover.png"
    run = [find_ffmpeg().path, "-v", "error", "-nostdin"]
    subprocess.run([*run, *picture().split(), "-frames:v", "1", cover], check=True)
    song = tmp_path / "song.mp3"
    subprocess.run(
        [
            *run, *sound().split(), "-i", cover, "-map", "0", "-map", "1", "-c:v", "copy",
            "-c:a", "libmp3lame", "-disposition:v", "attached_pic", song,
        ],
        check=True,
    )  # fmt: skip
    measured, planned, made, _damage = transcoded(song, tmp_path)
    assert notes_on(measured, planned) == (Note.COVER_IGNORED, Note.SOUND_ONLY)
    check_lecture(made, planned, tmp_path / "package")


def test_phone_video_is_turned_upright(tmp_path):
    flat, turned = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    run = [find_ffmpeg().path, "-v", "error", "-nostdin"]
    subprocess.run([*run, *picture("160x90").split(), *X264.split(), flat], check=True)
    subprocess.run([*run, "-display_rotation", "90", "-i", flat, "-c", "copy", turned], check=True)
    measured, planned, made, _damage = transcoded(turned, tmp_path)
    assert notes_on(measured, planned) == (Note.TURNED, Note.NO_SOUND)
    sizes = [(made_of.width, made_of.height) for made_of in made.renditions]
    assert all(width < height for width, height in sizes if width and height)
    check_lecture(made, planned, tmp_path / "package")


@pytest.mark.parametrize("name", FILES)
def test_real_recording_can_be_planned_with_its_notes(name):
    path = SHARED_VIDEO / name
    if not path.exists():
        reason = f"no {path}: real recordings are kept beside the repository"
        print(reason)  # noqa: T201  the reason must be seen in the log
        pytest.skip(reason)
    expected = {
        "no-audio.mov": {Note.NO_SOUND},
        "phone-rotated-1080p.mp4": {Note.TURNED},
        "screencast-720p60-no-audio.mp4": {Note.NO_SOUND, Note.SLOWED},
        "slides-1fps-4x3.mp4": set(),
        "speech-only-60s.mp4": {Note.SOUND_ONLY},
        "talk-640x480-120fps.mov": {Note.STEADIED},
    }
    measured, planned = examine(path, QUICK, binary=find_ffmpeg())
    assert expected[name] <= set(notes_on(measured, planned))
    assert planned.duration_s > 0.4


def test_every_note_has_a_sentence():
    assert set(SENTENCES) == set(Note)
    assert all(note.sentence.endswith(".") for note in Note)
