"""What is done with captions: set and removed, one text for each language of a lecture."""

from media.captions import normalised
from media.models import Caption, Lecture


def save_captions(*, lecture: Lecture, language: str, webvtt: str, is_read: bool = True) -> Caption:
    """Set the lecture's captions in one language, from any format that `media.captions` reads.

    A draft that a machine wrote stays one unless it `is_read`. Raises
    `media.captions.InvalidCaptions`.
    """
    told = {"webvtt": normalised(webvtt), **({"drafted_by": ""} if is_read else {})}
    caption, _created = Caption.objects.update_or_create(
        lecture=lecture, language=language, defaults=told
    )
    return caption


def remove_captions(*, lecture: Lecture, language: str) -> None:
    """Remove the lecture's captions in one language; no effect if there are none."""
    Caption.objects.filter(lecture=lecture, language=language).delete()
