"""Slides that come as a document: attached to a lecture, timed, drawn, joined with the voice."""

import dataclasses
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

from django.core.files import File
from django.db import transaction

from media.models import Lecture, SlideDeck, Stage
from media.outline import heading
from media.pipeline.deck import (
    MOST_DOCUMENT_BYTES,
    Page,
    check_document,
    even_starts,
    make_reel,
    render_pages,
    shown,
)
from media.pipeline.encode import OnProgress
from media.pipeline.ffmpeg_binary import FfmpegBinary
from media.pipeline.probe import Probe, probe
from media.pipeline.refusals import Cancelled, Refusal, Refused
from media.pipeline.sniff import HEAD_BYTES

from .files import local_file, local_original, renditions_directory

REEL = "reel.mkv"


class InvalidStarts(Exception):
    """No page is shown, or there is not one time, or None, for each page."""


def deck_of(lecture: Lecture) -> SlideDeck | None:
    """The lecture's slides, if they came as a document."""
    return SlideDeck.objects.filter(lecture_id=lecture.pk).first()


def check_slides(document: File) -> None:
    """Raise ``Refused`` where a file can't become slides, by its size and its first bytes."""
    if document.size > MOST_DOCUMENT_BYTES:
        raise Refused(Refusal.SLIDES_UNREADABLE, f"{document.size} bytes")
    document.seek(0)
    head = document.read(HEAD_BYTES)
    document.seek(0)
    check_document(head)


@transaction.atomic
def attach_deck(*, lecture: Lecture, document: File) -> SlideDeck:
    """Let the pages of `document` be the lecture's slides, in the place of any before.

    The caller has the lecture transcoded. Raises ``Refused`` as `check_slides` does; what is
    wrong deeper inside is told by the lecture's state.
    """
    check_slides(document)
    known = SlideDeck.objects.select_for_update().filter(lecture=lecture).first()
    deck = known or SlideDeck(lecture=lecture)
    _forget_file(deck)
    deck.document_name = PurePath(document.name or "").name[:255]
    deck.document = document
    deck.pages, deck.starts_s = [], []
    deck.save()
    return deck


@transaction.atomic
def time_slides(*, deck: SlideDeck, starts_s: Sequence[float | None]) -> None:
    """Show each page from its second on, kept to the tenth; None leaves a page out.

    The caller has the lecture transcoded. Raises `InvalidStarts`.
    """
    locked = SlideDeck.objects.select_for_update().get(pk=deck.pk)
    kept = [None if start_s is None else round(start_s, 1) for start_s in starts_s]
    times = [start_s for start_s in kept if start_s is not None]
    if len(kept) != len(locked.pages) or not times or min(times) < 0:
        raise InvalidStarts(f"{len(times)} times for {len(locked.pages)} pages")
    locked.starts_s = kept
    locked.save(update_fields=["starts_s"])
    deck.refresh_from_db()


@transaction.atomic
def remove_deck(*, deck: SlideDeck) -> None:
    """Take the slides off their lecture; the caller has it transcoded."""
    _forget_file(deck)
    deck.delete()


def _forget_file(deck: SlideDeck) -> None:
    name, storage = deck.document.name, deck.document.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name))


# --- In a worker


def showing(deck: SlideDeck, duration_s: float) -> list[tuple[int, float, float]]:
    """Which of the deck's pages are shown when; see `media.pipeline.deck.shown`."""
    return shown(deck.starts_s, duration_s)


@contextmanager
def drawn_pages(
    deck: SlideDeck, *, work: Path, on_tick: Callable[[], None]
) -> Iterator[tuple[Path, tuple[Page, ...]]]:
    """The deck's pages as pictures in a folder below `work` that goes afterwards."""
    folder = work / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with local_file(deck.document, work=work, name="document") as document:
            pages = render_pages(document, folder, on_tick=on_tick)
        yield folder, pages
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclasses.dataclass(frozen=True)
class Joined:
    """A voice and its slides as one recording: where it is, and what was found on the way."""

    path: Path
    voice: Probe
    headings: list[str]
    starts_s: list[float | None]

    def with_losses(self, measured: Probe) -> Probe:
        """What was measured of the reel, with what is missing in the voice it was made of."""
        return dataclasses.replace(
            measured,
            size_bytes=self.voice.size_bytes,
            declared_duration_s=self.voice.declared_duration_s or measured.duration_s,
            broken_packets=self.voice.broken_packets,
            late_packets=self.voice.late_packets,
            unread_bytes=self.voice.unread_bytes,
        )


def join(
    stage: Stage,
    deck: SlideDeck,
    *,
    work: Path,
    on_progress: OnProgress,
    binary: FfmpegBinary,
) -> Joined:
    """Make the reel of the deck's pages and the lecture's voice, where all its stages find it."""

    def tick() -> None:
        if on_progress(0.0, 0.0) is False:
            raise Cancelled

    with (
        local_original(stage.lecture, work=work) as voice,
        drawn_pages(deck, work=work, on_tick=tick) as (folder, pages),
    ):
        measured = probe(voice)
        starts_s = deck.starts_s
        if len(starts_s) != len(pages):
            starts_s = even_starts(len(pages), measured.duration_s)
        made = make_reel(voice, measured, pages, starts_s, folder, binary=binary, on_tick=tick)
        target = reel_path(stage)
        target.parent.mkdir(parents=True, exist_ok=True)
        made.replace(target)
    headings = [heading(page.text) for page in pages]
    return Joined(path=target, voice=measured, headings=headings, starts_s=list(starts_s))


def reel_path(stage: Stage) -> Path:
    """Where the reel of a transcoding lies until it is packaged."""
    folder = renditions_directory(lecture_id=stage.lecture_id, generation=stage.generation)
    return folder / REEL
