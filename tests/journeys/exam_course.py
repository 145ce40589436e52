"""A course of five lessons in two modules, its last an exam; made by hand, no worker is waited for.

Run in the hub's own environment: `python -m tests.journeys.exam_course`; prints addresses.
"""

import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from media.pipeline.ffmpeg_binary import find_ffmpeg
from tests.journeys.clips import make_clip

EMAIL = "amina@example.com"
SECONDS = 8
QUESTIONS = ("water", "fat", "blood", "air")


def _publish_clip(folder: Path) -> None:
    """An MP4 and a playlist of one rendition with sound."""
    with TemporaryDirectory() as place:
        clip = make_clip(Path(place) / "clip.mp4", seconds=SECONDS)
        binary = str(find_ffmpeg().path)
        subprocess.run(
            [
                *(binary, "-v", "error", "-y", "-i", str(clip), "-c", "copy"),
                *("-movflags", "+faststart", "lecture.mp4"),
                *("-c", "copy", "-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod"),
                *("-hls_segment_type", "fmp4", "full.m3u8"),
            ],
            cwd=folder,
            check=True,
        )
    (folder / "master.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=900000,"
        'CODECS="avc1.42c01f,mp4a.40.2",RESOLUTION=1280x720\nfull.m3u8\n'
    )


def make() -> dict:
    """Fill the hub; gives the addresses of the course and its lessons."""
    from allauth.account.models import EmailAddress
    from django.conf import settings
    from django.utils import timezone

    from courses.models import CourseAuthor
    from media.models import Lecture, LectureState
    from people.domain.roles import give_role
    from people.roles import Role
    from tests import factories

    user = factories.UserFactory(email=EMAIL, first_name="Amina", last_name="Haddad")
    give_role(user=user, role=Role.RESIDENT)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    teacher = factories.UserFactory(email="teacher@example.com")
    EmailAddress.objects.create(user=teacher, email=teacher.email, verified=True, primary=True)

    lecture = Lecture.objects.create(
        title="Densities on CT",
        speaker="Dr Grace Wanjiru",
        original="lectures/original.mp4",
        state=LectureState.READY,
        manifest="master.m3u8",
        fallback="lecture.mp4",
        duration_s=float(SECONDS),
        published_at=timezone.now(),
    )
    lecture.directory = f"lectures/{lecture.pk}/1-1"
    lecture.save()
    folder = Path(settings.MEDIA_ROOT) / lecture.directory
    folder.mkdir(parents=True)
    _publish_clip(folder)

    exam = factories.make_quiz(
        *(
            factories.make_item(
                stem=f"Which density has {name}?", options=(f"Right for {name}", "1000 HU")
            )
            for name in QUESTIONS
        ),
        title="Final exam",
        pass_mark_percent=75,
    )
    exam.mode, exam.time_limit_min = "exam", 30
    exam.save()
    practice = factories.make_quiz(factories.make_item(stem="Warm up"), title="Warming up")

    course = factories.make_course(
        title="Densities in five lessons", slug="densities", lessons_in_order=True, credits="1"
    )
    CourseAuthor.objects.create(course=course, name="Dr Grace Wanjiru", user=teacher)
    learn = factories.make_module(course, title="Learn", slug="learn")
    prove = factories.make_module(course, title="Prove", slug="prove")
    lessons = {
        "text": factories.make_lesson(learn, title="Before you begin", slug="before"),
        "lecture": factories.make_lesson(
            learn, title="The lecture", slug="lecture", lecture=lecture, body=[]
        ),
        "case": factories.make_lesson(
            learn,
            title="A case to solve",
            slug="case",
            body=[],
            case=factories.make_case(
                slug="density-case",
                question=factories.make_item(stem="What is it?", options=("Epidural", "Fat")),
            ),
        ),
        "practice": factories.make_lesson(
            prove, title="Warm up", slug="warm-up", body=[], quiz=practice
        ),
        "exam": factories.make_lesson(prove, title="Exam", slug="exam", body=[], quiz=exam),
    }
    return {
        "course": course.url,
        "course_id": course.pk,
        **{name: lesson.url for name, lesson in lessons.items()},
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()
    print(json.dumps(make()))  # noqa: T201  this is the script's result
