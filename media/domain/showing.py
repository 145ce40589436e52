"""What a lecture plays: the directory that was published last, and what lies in it."""

from django.utils import timezone

from media.models import Lecture, Rendition
from media.pipeline.package import Package


def show(
    *, lecture_id: int, generation: int, name: str, made: Package, whole_s: float | None = None
) -> None:
    """Make what was published as ``name`` what the lecture plays, in the caller's transaction.

    ``whole_s`` is how long the lecture is of which this is the beginning alone. Nothing happens
    when a newer transcoding was asked for meanwhile: then the next sweep takes it away.
    """
    is_current = Lecture.objects.filter(pk=lecture_id, generation=generation).update(
        directory=name,
        manifest=str(made.master),
        poster=str(made.poster or ""),
        fallback=str(made.fallback_mp4),
        playlists={
            name: str(path)
            for name, path in (("av1", made.av1), ("saver", made.saver), ("audio", made.sound))
            if path is not None
        },
        duration_s=whole_s or made.duration_s,
        opening_s=made.duration_s if whole_s else None,
        published_at=timezone.now(),
    )
    if not is_current:
        return
    Rendition.objects.filter(lecture_id=lecture_id).delete()
    Rendition.objects.bulk_create(
        Rendition(
            lecture_id=lecture_id,
            generation=generation,
            name=rendition.name,
            width=rendition.width,
            height=rendition.height,
            codec=rendition.codec,
            bitrate=rendition.bitrate_bps,
            size_bytes=rendition.size_bytes,
        )
        for rendition in made.renditions
    )
