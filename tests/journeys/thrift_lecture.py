"""A short lecture made by the pipeline itself, by the policy that adds AV1 at full size.

Run in the hub's own environment: `python -m tests.journeys.thrift_lecture FILE COURSE-SLUG`; prints
the lecture's number and its lesson's address.
"""

import json
import os
import sys
import time
from pathlib import Path

READY_WITHIN_S = 240


def make(path: Path, course_slug: str) -> dict:
    """A lesson of the course with a lecture of the recording at `path`."""
    from django.core.files import File
    from wagtail.models import Collection

    from courses.models import CoursePage
    from jobs.models import OPEN_STATES
    from media.domain.lectures import start_lecture
    from media.domain.stages import process
    from media.models import Lecture
    from tests.factories import make_lesson

    lecture = Lecture(
        title="Made thriftily",
        language="en",
        policy="thrift",
        collection=Collection.get_first_root_node(),
    )
    with path.open("rb") as opened:
        start_lecture(lecture=lecture, file=File(opened, name=path.name))
    deadline = time.monotonic() + READY_WITHIN_S
    # The hub's own worker may have some of it in hand.
    while lecture.stages.filter(state__in=OPEN_STATES).exists() and time.monotonic() < deadline:
        process(lecture_id=lecture.pk)
        time.sleep(0.5)
    lecture.refresh_from_db()
    course = CoursePage.objects.get(slug=course_slug)
    lesson = make_lesson(course, title="Thrifty", slug="thrifty", lecture=lecture, body=[])
    return {"lesson": lesson.url, "lecture": lecture.pk, "playlists": sorted(lecture.playlists)}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()
    print(json.dumps(make(Path(sys.argv[1]), sys.argv[2])))  # noqa: T201  this is the result
