"""Draft captions that an engine writes: a stage that is opened when somebody asks for it.

A draft is shown to nobody but authors, who read and accept it (`captions.save_captions`).
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from jobs.domain.leases import Lease, reopen
from jobs.models import WorkState
from media.captions import InvalidCaptions, normalised
from media.models import Caption, Lecture, Stage, StageKind
from media.pipeline.encode import OnProgress
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.plan import Plan
from media.pipeline.refusals import Refusal, Refused
from media.speech import Engine, Sound, find_engine, write_captions

from .files import attempt_directory, local_original


class NoEngine(Exception):
    """No engine for the lecture's language is installed here."""


class NotDraftable(Exception):
    """There is no sound to listen to, it is not examined yet, or somebody has written captions."""


def engine_for(language: str) -> Engine | None:
    """The engine that would write captions in `language` on this machine."""
    return find_engine(language, Path(settings.SPEECH_MODELS))


@transaction.atomic
def draft_captions(*, lecture: Lecture) -> None:
    """Have captions in the lecture's language written by machine, as a draft.

    No effect while that is going on. Raises `NoEngine`, `NotDraftable`.
    """
    # Stages are opened for the caller by the module that knows how to queue them.
    from .stages import enqueue  # noqa: PLC0415  stages → work → this module

    locked = Lecture.objects.select_for_update().get(pk=lecture.pk)
    if engine_for(locked.language) is None:
        raise NoEngine(locked.language)
    if not _can_be_drafted(locked):
        raise NotDraftable(f"lecture {locked.pk}")
    stage, created = Stage.objects.get_or_create(
        lecture=locked, generation=locked.generation, kind=StageKind.SPEECH, part=""
    )
    if not created and stage.state in (WorkState.DONE, WorkState.FAILED):
        reopen(model=Stage, pks=[stage.pk])
    enqueue(lecture_id=locked.pk)


def _can_be_drafted(lecture: Lecture) -> bool:
    try:
        if lecture.plan is None or Plan.from_data(lecture.plan).audio_index is None:
            return False
    except Refused:
        # Planned by another release: it is to be transcoded again first.
        return False
    return not lecture.captions.published().filter(language=lecture.language).exists()


def write_draft(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Listen to the lecture's original and keep what was heard as a draft.

    What somebody wrote meanwhile is not touched.
    """
    lecture = stage.lecture
    engine = engine_for(lecture.language)
    if engine is None or lecture.plan is None:
        raise Refused(Refusal.OUTPUT_INVALID, f"no engine for {lecture.language!r} on this worker")
    planned = Plan.from_data(lecture.plan)
    if planned.audio_index is None:
        raise Refused(Refusal.UNREADABLE, "no sound")
    work = attempt_directory(stage, token=lease.token)
    with local_original(lecture, work=work) as source:
        heard = write_captions(
            Sound(source, planned.demuxers, planned.audio_index, planned.duration_s),
            work,
            engine=engine,
            language=lecture.language,
            binary=find_ffmpeg(settings.FFMPEG_BINARY or None),
            on_progress=on_progress,
        )
    work.rmdir()
    try:
        webvtt = normalised(heard)
    except InvalidCaptions as error:
        raise Refused(Refusal.OUTPUT_INVALID, f"{engine.name}: {error}") from error
    with transaction.atomic():
        lease.check()
        Caption.objects.get_or_create(
            lecture=lecture,
            language=lecture.language,
            defaults={"webvtt": webvtt, "drafted_by": engine.name},
        )
        Caption.objects.drafts().filter(lecture=lecture, language=lecture.language).update(
            webvtt=webvtt, drafted_by=engine.name
        )
        lease.finish(result={"engine": engine.name})
