"""What a list shows of cases that have a stack but no picture of their own: its poster."""

import uuid
from collections.abc import Iterable

from cases.models import CasePage, Series

from .viewing import READING_ORDER, Still, poster_among


def show_covers(cases: Iterable[CasePage]) -> None:
    """Give each case without a picture its `cover`, in one query for all, none where none lacks.

    The poster stands in the open on the case's own page too, before any answer.
    """
    bare = [case for case in cases if case.picture_id is None]
    if not bare:
        return
    covers = _covers({case.translation_key for case in bare})
    for case in bare:
        case.cover = covers.get(case.translation_key)


def _covers(keys: set[uuid.UUID]) -> dict[uuid.UUID, Still]:
    # Of an index only the list of previews is read: it may tell of thousands of frames.
    rows = (
        Series.objects.filter(study__case_key__in=keys, index__has_key="frames")
        .order_by(*READING_ORDER)
        .values_list(
            "study__case_key", "directory", "kind", "frame_count", "index__previews", named=True
        )
    )
    covers: dict[uuid.UUID, Still] = {}
    for row in rows:
        if row.study__case_key in covers:
            continue
        start = row.frame_count // 2 if row.kind == Series.Kind.VOLUME else 0
        poster = poster_among(row.index__previews or [], directory=row.directory, start=start)
        if poster:
            covers[row.study__case_key] = poster
    return covers
