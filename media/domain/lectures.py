"""What is done with lectures: taken in, tried again, captioned, removed."""

from collections.abc import Mapping
from pathlib import PurePath

from django.core.files import File
from django.db import transaction
from wagtail.models import Collection

from jobs.domain.leases import reopen
from jobs.models import WorkState
from media.captions import normalised
from media.models import Caption, Lecture, LectureState, StageKind
from media.pipeline.refusals import Refusal
from people.models import User

from .decks import attach_deck, deck_of, remove_deck
from .files import remove_all, remove_renditions
from .stages import enqueue, open_stages, refresh_state
from .work import ENCODE_TO_BLAME


class NothingToRetry(Exception):
    """The lecture has not failed."""


def create_lecture(
    *,
    title: str,
    file: File,
    language: str,
    collection: Collection,
    uploaded_by: User | None = None,
    speaker: str = "",
    description: str = "",
    captions: Mapping[str, str] | None = None,
    slides: File | None = None,
) -> Lecture:
    """Take in a recording and have it transcoded in the background.

    `captions` maps language codes to captions in any format that `media.captions` reads.
    `slides`, a PDF or PowerPoint document, go with a recorded voice. Raises
    `media.captions.InvalidCaptions`, `Refused` for the slides; whether the recording can be used
    turns out later and is told by the lecture's state.
    """
    lecture = Lecture(
        title=title,
        language=language,
        collection=collection,
        uploaded_by=uploaded_by,
        speaker=speaker,
        description=description,
    )
    checked = {code: normalised(text) for code, text in (captions or {}).items()}
    return start_lecture(lecture=lecture, file=file, captions=checked, slides=slides)


def start_lecture(
    *,
    lecture: Lecture,
    file: File,
    captions: Mapping[str, str] | None = None,
    slides: File | None = None,
) -> Lecture:
    """Store an unsaved lecture with its recording and open its stages."""
    lecture.original_name = PurePath(file.name or "").name[:255]
    lecture.original_bytes = file.size
    lecture.original = file
    try:
        with transaction.atomic():
            lecture.save()
            for language, webvtt in (captions or {}).items():
                Caption.objects.create(lecture=lecture, language=language, webvtt=webvtt)
            if slides:
                attach_deck(lecture=lecture, document=slides)
            open_stages(lecture=lecture)
    except BaseException:
        # Saving the row has stored the file already.
        if lecture.original._committed:
            lecture.original.storage.delete(lecture.original.name)
        raise
    return lecture


@transaction.atomic
def retry_lecture(*, lecture: Lecture) -> None:
    """Take up a failed lecture where it failed, with all attempts anew.

    From the beginning where it was planned by another release. Raises `NothingToRetry` unless it
    has failed.
    """
    locked = Lecture.objects.select_for_update().get(pk=lecture.pk)
    stages = list(locked.stages.filter(generation=locked.generation))
    failed = [stage for stage in stages if stage.state == WorkState.FAILED]
    if not failed:
        raise NothingToRetry(f"lecture {lecture.pk} is {locked.state}")
    if any(stage.failure_code == Refusal.OTHER_RELEASE for stage in failed):
        transcode_again(lecture=lecture)
        return
    again = {stage.pk for stage in failed}
    if any(stage.failure_code in ENCODE_TO_BLAME for stage in failed):
        again |= {stage.pk for stage in stages if stage.kind == StageKind.ENCODE}
        # Finished chunks are under suspicion as well.
        transaction.on_commit(
            lambda: remove_renditions(lecture_id=locked.pk, generation=locked.generation)
        )
    reopen(model=type(failed[0]), pks=sorted(again))
    refresh_state(lecture_id=lecture.pk)
    enqueue(lecture_id=lecture.pk)
    lecture.refresh_from_db()


@transaction.atomic
def transcode_again(*, lecture: Lecture) -> None:
    """Transcode the original anew, with its slides as they are now.

    What is published plays on until the new one replaces it.
    """
    locked = Lecture.objects.select_for_update().get(pk=lecture.pk)
    locked.generation += 1
    locked.state = LectureState.QUEUED
    locked.save(update_fields=["generation", "state"])
    open_stages(lecture=locked)
    lecture.refresh_from_db()


@transaction.atomic
def delete_lecture(*, lecture: Lecture) -> None:
    """Remove a lecture with its original and everything made of it.

    A worker that is at it notices with its next sign of life and stops.
    """
    lecture_id, original = lecture.pk, lecture.original
    name, storage = original.name, original.storage
    deck = deck_of(lecture)
    if deck:
        remove_deck(deck=deck)
    lecture.delete()

    def remove_files() -> None:
        if name:
            storage.delete(name)
        remove_all(lecture_id=lecture_id)

    transaction.on_commit(remove_files)
