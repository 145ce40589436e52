"""What is done with captions: set and removed, one text for each language of a lecture."""

from media.captions import normalised
from media.models import Caption, Lecture


def save_captions(*, lecture: Lecture, language: str, webvtt: str) -> Caption:
    """Set the lecture's captions in one language, from any format that `media.captions` reads.

    Raises `media.captions.InvalidCaptions`.
    """
    caption, _created = Caption.objects.update_or_create(
        lecture=lecture, language=language, defaults={"webvtt": normalised(webvtt)}
    )
    return caption


def remove_captions(*, lecture: Lecture, language: str) -> None:
    """Remove the lecture's captions in one language; no effect if there are none."""
    Caption.objects.filter(lecture=lecture, language=language).delete()
