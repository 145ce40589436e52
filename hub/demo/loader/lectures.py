"""The lectures: built by code, taken in like an upload, put into the lessons that show them."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction

from courses.models import LessonPage
from media.domain.lectures import create_lecture
from media.models import Lecture
from people.models import Department

from . import content
from .courses import lesson_page
from .pictures import RenderScene
from .run import Run

FOLDER = "demo-lectures"


def load_lectures(
    *, run: Run, departments: dict[str, Department], render_scene: RenderScene
) -> None:
    """Build the lectures that are missing; the worker takes up each as soon as it is stored."""
    for key in content.keys("lectures"):
        department = departments[content.facts("lectures", key)["department"]]
        for language in content.LANGUAGES:
            load_lecture(
                run=run,
                key=key,
                language=language,
                department=department,
                render_scene=render_scene,
            )


def load_lecture(
    *, run: Run, key: str, language: str, department: Department, render_scene: RenderScene
) -> None:
    """Build a lecture in one language and take it in, unless it is there."""
    name = f"{key}.{language}.mp4"
    if Lecture.objects.filter(original_name=name).exists():
        return
    # Typesetting and film: heavy, and needed only where a lecture is missing.
    from hub.demo.lectures import build_lecture  # noqa: PLC0415

    # A name of its own: what a run that was cut off left here goes with the next one.
    folder = Path(settings.WORK_ROOT) / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    try:
        built = build_lecture(key=key, language=language, out=folder, render_scene=render_scene)
        with built.video.open("rb") as video, transaction.atomic():
            lecture = create_lecture(
                title=built.title,
                file=File(video, name=name),
                language=language,
                collection=department.collection,
                speaker=built.speaker,
                captions={language: built.captions.read_text(encoding="utf-8")},
            )
            _put_into_lessons(run=run, key=key, language=language, lecture=lecture)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    run.journal.add("lectures", name=f"{built.title}, {built.duration_s:.0f} s")


def _put_into_lessons(*, run: Run, key: str, language: str, lecture: Lecture) -> None:
    for course in content.keys("courses"):
        for lesson in content.facts("courses", course)["lessons"]:
            if lesson.get("lecture") != key:
                continue
            page = lesson_page(run=run, course=course, lesson=lesson["key"], language=language)
            if page is not None and page.lecture_id is None:
                _show(lesson=page, lecture=lecture)


def _show(*, lesson: LessonPage, lecture: Lecture) -> None:
    """Put the lecture into the lesson; an editor's draft gets it too and stays a draft."""
    is_draft = lesson.has_unpublished_changes
    newest = lesson.get_latest_revision_as_object()
    newest.lecture = lecture
    revision = newest.save_revision()
    if is_draft:
        LessonPage.objects.filter(pk=lesson.pk).update(lecture=lecture)
    else:
        revision.publish()
