"""A minute's lecture with everything a player can show, made by hand: no worker is waited for.

Bit rates are those of real thin renditions (picture 80, voice 48 kbit/s), so that what is measured
on a slow line means something. Run in the hub's own environment:
`python -m tests.journeys.recorded_lecture COURSE-SLUG`; prints the lecture's number and address.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from media.pipeline.ffmpeg_binary import find_ffmpeg

DURATION_S = 60
SLIDES = ("Apices", "Hila", "Behind the heart", "Corners")
LINES = ("Look at both apices.", "The left hilum is higher.", "Nodules hide here.", "Not yet done.")
ARABIC = ("انظر إلى القمتين.", "النقير الأيسر أعلى.", "العقيدات تختبئ هنا.", "لم تنته بعد.")
EACH_S = DURATION_S // len(SLIDES)
PICTURE = f"testsrc2=size=1280x720:rate=5:duration={DURATION_S}"
VOICE = f"anoisesrc=color=pink:sample_rate=48000:duration={DURATION_S}"


def _ffmpeg(folder: Path, *arguments: str) -> None:
    binary = str(find_ffmpeg().path)
    subprocess.run([binary, "-v", "error", "-y", *arguments], cwd=folder, check=True)


def _segments(name: str) -> list[str]:
    return [
        *("-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod"),
        *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", f"{name}-init.mp4"),
        *("-hls_segment_filename", f"{name}-%03d.m4s", f"{name}.m3u8"),
    ]


def _picture(rate: str) -> list[str]:
    return [
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"),
        *("-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-g", "30", "-sc_threshold", "0"),
    ]


def _master(bandwidth: int, uri: str) -> str:
    return (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",DEFAULT=YES,URI="audio.m3u8"\n'
        f'#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},CODECS="avc1.42c01f,mp4a.40.2",'
        f'RESOLUTION=1280x720,AUDIO="audio"\n{uri}\n'
    )


def record(folder: Path) -> None:
    """Write master, saver and audio playlists with their segments, and an MP4."""
    _ffmpeg(folder, "-f", "lavfi", "-i", VOICE, "-c:a", "aac", "-b:a", "48k", *_segments("audio"))
    for name, rate in (("full", "600k"), ("thin", "80k")):
        _ffmpeg(folder, "-f", "lavfi", "-i", PICTURE, *_picture(rate), *_segments(name))
    _ffmpeg(folder, "-i", "full.m3u8", "-i", "audio.m3u8", "-c", "copy", "lecture.mp4")
    (folder / "master.m3u8").write_text(_master(700_000, "full.m3u8"))
    (folder / "saver.m3u8").write_text(_master(140_000, "thin.m3u8"))


def draw_slides(folder: Path) -> list[dict]:
    """Write each slide in two widths; gives them as `Lecture.stills` does."""
    slides = []
    for number, text in enumerate(SLIDES):
        images = []
        for width in (640, 1280):
            height = width * 9 // 16
            picture = Image.new("RGB", (width, height), "#10141a")
            ImageDraw.Draw(picture).text((40, 40), text, fill="white", font_size=width // 16)
            name = f"slide-{number}-{width}.webp"
            picture.save(folder / name)
            images.append({"name": name, "width": width, "height": height, "type": "image/webp"})
        start_s = number * EACH_S
        slides.append(
            {"start_s": start_s, "end_s": start_s + EACH_S, "text": text, "images": images}
        )
    return slides


def _captions(lines: tuple[str, ...]) -> str:
    cues = (
        f"00:{n * EACH_S:02d}.000 --> 00:{n * EACH_S + 9:02d}.000\n{lines[n]}" for n in range(4)
    )
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def make(course_slug: str) -> dict:
    """A lesson of the course with the lecture; gives both addresses."""
    from django.conf import settings
    from django.utils import timezone

    from courses.models import CoursePage
    from media.models import Caption, Lecture, LectureState, Rendition
    from tests.factories import make_lesson

    lecture = Lecture.objects.create(
        title="The chest film",
        speaker="Dr Grace Wanjiru",
        original="lectures/original.mp4",
        state=LectureState.READY,
        manifest="master.m3u8",
        fallback="lecture.mp4",
        playlists={"saver": "saver.m3u8", "audio": "audio.m3u8"},
        duration_s=float(DURATION_S),
        published_at=timezone.now(),
    )
    lecture.directory = lecture.stills_directory = f"lectures/{lecture.pk}/1-1"
    # Known first: the worker's sweep takes a folder that no row knows for an orphan.
    lecture.save()
    folder = Path(settings.MEDIA_ROOT) / lecture.directory
    folder.mkdir(parents=True)
    record(folder)
    lecture.stills = {"slides": draw_slides(folder), "storyboard": "", "posters": []}
    lecture.save()
    for name, height in (("720p", 720), ("360p", 360)):
        Rendition.objects.create(
            lecture=lecture, generation=1, name=name, width=height * 16 // 9, height=height,
            codec="avc1.42c01f", bitrate=600_000, size_bytes=4_500_000,
        )  # fmt: skip
    for language, lines in (("en", LINES), ("ar", ARABIC)):
        Caption.objects.create(lecture=lecture, language=language, webvtt=_captions(lines))
    for number, title in enumerate(SLIDES[:2]):
        lecture.chapters.create(start_s=number * 2 * EACH_S, title=f"Part {number + 1}: {title}")
    course = CoursePage.objects.get(slug=course_slug)
    lesson = make_lesson(course, title="Watch", slug="watch", lecture=lecture, body=[])
    return {"lesson": lesson.url, "lecture": lecture.pk}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()
    print(json.dumps(make(sys.argv[1])))  # noqa: T201  this is the script's result
