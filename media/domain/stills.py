"""Slides, storyboard, posters and waveform of a lecture: made beside its transcoding.

A lecture plays without them: their stage is optional, and its failure fails nothing else.
"""

import hashlib
import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from jobs.domain.leases import Lease, reopen
from jobs.models import WorkState
from media.models import Lecture, Stage, StageKind
from media.pipeline.deck import even_starts
from media.pipeline.deck_stills import with_pages
from media.pipeline.encode import OnProgress
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.handout import HandoutWords, with_handout
from media.pipeline.plan import Plan, choose_tracks
from media.pipeline.policy import Policy
from media.pipeline.probe import Probe, probe
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.pipeline.stills import Stills, StillsSource, make_stills

from .decks import deck_of, drawn_pages
from .files import attempt_directory, local_original, publishing, stills_name

_STILLS = "stills"


class NotExamined(Exception):
    """The lecture has not been probed yet; its stills are made when it has."""


class UnknownPoster(Exception):
    """No picture of that second is offered as poster."""


def publish_stills(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Make the stills of the lecture's original and show them to the world at once."""
    lecture = stage.lecture
    work = attempt_directory(stage, token=lease.token)
    out = work / _STILLS
    with local_original(lecture, work=work) as source:
        made = _made(lecture, source, out, work=work, on_progress=on_progress)
    with override(lecture.language):
        words = HandoutWords(lecture.title, lecture.language, gettext("Slide {}").format)
        made = with_handout(made, out, words=words, on_tick=partial(_go_on, on_progress))
    name = stills_name(
        lecture_id=lecture.pk,
        generation=stage.generation,
        token=lease.token,
        digest=_digest(out),
    )
    with publishing(out, name=name, lease=lease):
        _show(stage, made, name=name)
        lease.finish(result={"slides": len(made.slides)})
    # Nothing of the attempt is left but its empty directory.
    for directory in (work, work.parent, work.parent.parent):
        _remove_if_empty(directory)


def _made(
    lecture: Lecture, original: Path, out: Path, *, work: Path, on_progress: OnProgress
) -> Stills:
    source = _source(lecture, original)
    make = partial(
        make_stills,
        out=out,
        language=lecture.language,
        on_progress=on_progress,
        binary=find_ffmpeg(settings.FFMPEG_BINARY or None),
    )
    deck = deck_of(lecture)
    if deck is None:
        return make(source)

    voice = probe(original)
    _picture, sound = choose_tracks(voice, Policy())
    source = replace(
        source,
        demuxers=voice.demuxers,
        video_index=None,
        audio_index=sound.index if sound else None,
    )
    with drawn_pages(deck, work=work, on_tick=partial(_go_on, on_progress, 0.0)) as (folder, pages):
        starts_s, duration_s = deck.starts_s, source.duration_s
        if len(starts_s) != len(pages):
            starts_s = even_starts(len(pages), duration_s)

        def add_pages(made: Stills) -> Stills:
            return with_pages(made, folder, pages, starts_s, duration_s=duration_s, out=out)

        return make(source, add_pages=add_pages)


def _go_on(on_progress: OnProgress, share: float = 1.0) -> None:
    if on_progress(share, 0.0) is False:
        raise Cancelled


def _source(lecture: Lecture, path: Path) -> StillsSource:
    if lecture.plan is None or lecture.probe is None:
        raise Refused(Refusal.UNREADABLE, f"lecture {lecture.pk} has not been probed")
    planned, measured = Plan.from_data(lecture.plan), Probe.from_data(lecture.probe)
    picture = next((s for s in measured.video if s.index == planned.video_index), None)
    return StillsSource(
        path=path,
        demuxers=planned.demuxers,
        duration_s=planned.duration_s,
        video_index=planned.video_index,
        audio_index=planned.audio_index,
        width=picture.display_width if picture else 0,
        height=picture.display_height if picture else 0,
        max_pixels=planned.max_source_pixels,
        treatment=planned.treatment,
    )


def _digest(directory: Path) -> str:
    """16 hexadecimal digits of the content of a flat directory."""
    digest = hashlib.sha256()
    for path in sorted(directory.iterdir()):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _show(stage: Stage, made: Stills, *, name: str) -> None:
    """Make the stills the lecture's, in the caller's transaction, unless a newer upload came."""
    before = Lecture.objects.filter(pk=stage.lecture_id).values_list("stills_directory", flat=True)
    old = before.first()
    is_current = Lecture.objects.filter(pk=stage.lecture_id, generation=stage.generation).update(
        stills=json.loads(json.dumps(made.to_data())), stills_directory=name
    )
    if is_current and old and old != name:
        transaction.on_commit(lambda: _touch(Path(settings.MEDIA_ROOT) / old))


def _touch(directory: Path) -> None:
    """Begin the old directory's last day, for those who are watching."""
    try:
        os.utime(directory)
    except OSError:
        return


def _remove_if_empty(directory: Path) -> None:
    try:
        directory.rmdir()
    except OSError:
        return


@transaction.atomic
def make_stills_again(*, lecture: Lecture) -> None:
    """Have the stills of the lecture's current generation made, or made anew.

    Raises `NotExamined` while the lecture has not been probed; no effect while they are being
    made.
    """
    # Stages are opened for the caller by the module that knows how to queue them.
    from .stages import enqueue  # noqa: PLC0415  stages → work → this module

    locked = Lecture.objects.select_for_update().get(pk=lecture.pk)
    if locked.plan is None:
        raise NotExamined(f"lecture {lecture.pk}")
    stage, created = Stage.objects.get_or_create(
        lecture=locked, generation=locked.generation, kind=StageKind.STILLS, part=""
    )
    if not created and stage.state in (WorkState.DONE, WorkState.FAILED):
        reopen(model=Stage, pks=[stage.pk])
    enqueue(lecture_id=locked.pk)


def choose_poster(*, lecture: Lecture, at_s: float | None) -> None:
    """Take the candidate of that second as the lecture's poster; None leaves it to the pipeline.

    Raises `UnknownPoster`.
    """
    if at_s is not None and at_s not in {p["at_s"] for p in lecture.stills.get("posters", [])}:
        raise UnknownPoster(str(at_s))
    lecture.poster_at_s = at_s
    lecture.save(update_fields=["poster_at_s"])
