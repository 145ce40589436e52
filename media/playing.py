"""What the player shows: sources, qualities, captions, slides, and where the reader was."""

from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from people.access import may

from .models import Caption, Lecture, Rendition, WatchRecord

# What the player takes for the shape of a lecture until a picture has come.
USUAL_WIDTH, USUAL_HEIGHT = 1280, 720
# How the codec's name begins (RFC 6381), and the rate that no rendition exceeds.
AV1, MOST_FPS = "av01", 30
RATES = ("0.5", "0.75", "1", "1.25", "1.5", "1.75", "2", "2.5", "3")


def watched_share(user: Any, lecture: Lecture) -> float:
    """What part (0–1) of the lecture `user` has watched; 0 for visitors."""
    record = watch_record(user, lecture)
    return record.watched_share if record else 0.0


def watched_shares(user: Any, lecture_ids: list[int]) -> dict[int, float]:
    """What part (0–1) of each lecture `user` has watched; those never begun are left out."""
    if not user.is_authenticated:
        return {}
    return dict(
        WatchRecord.objects.filter(user=user, lecture_id__in=lecture_ids).values_list(
            "lecture_id", "watched_share"
        )
    )


def watch_record(user: Any, lecture: Lecture) -> WatchRecord | None:
    """The person's record of the lecture, if they have begun it."""
    if not user.is_authenticated:
        return None
    return WatchRecord.objects.filter(user=user, lecture=lecture).first()


def player_context(lecture: Lecture, user: Any, *, watch_url: str = "") -> dict[str, Any] | None:
    """What `components/player.html` shows as `player`; None while nothing plays.

    Three queries at most, whatever the lecture has. A page that does more with what was watched
    gives its own `watch_url`. No record is kept of visitors: they get none, and no bookmarks.
    """
    if not lecture.is_ready or not may(user, "media.watch_lecture", lecture):
        return None
    lecture.viewer = user
    record = watch_record(user, lecture)
    if not may(user, "media.record_watching", lecture):
        watch_url = ""
    else:
        watch_url = watch_url or reverse("lectures:watch", args=[lecture.pk])
    # Of a beginning, the bar shows what can be reached; what was watched is told of the whole.
    duration_s = lecture.opening_s or lecture.duration_s or 0.0
    renditions = _renditions(lecture)
    tracks = _tracks(lecture)
    player = {
        "title": lecture.title,
        "speaker": lecture.speaker,
        "manifest_url": lecture.manifest_url,
        "fallback_url": lecture.fallback_url,
        "fallback_type": "audio/mp4" if lecture.fallback.endswith(".m4a") else "video/mp4",
        "poster_url": lecture.poster_url,
        "has_picture": not lecture.fallback.endswith(".m4a"),
        "width": max((r.width for r in renditions), default=USUAL_WIDTH),
        "height": max((r.height for r in renditions), default=USUAL_HEIGHT),
        "duration_s": duration_s,
        "is_opening": lecture.is_opening,
        "resume_at_s": record.position_s if record else 0.0,
        "watched_share": record.watched_share if record else 0.0,
        "watch_url": watch_url,
        "tracks": tracks,
        "slides": _slides(lecture),
        "handout": handout_of(lecture),
        "chapters_url": reverse("lectures:chapters", args=[lecture.pk]),
        "transcript_url": (reverse("lectures:transcript", args=[lecture.pk]) if tracks else ""),
        "bookmarks_url": (
            reverse("lectures:bookmarks", args=[lecture.pk])
            if may(user, "media.bookmark_lecture", lecture)
            else ""
        ),
    }
    sources = _sources(lecture)
    player["rates"] = RATES
    beside = {
        _("transcript"): player["tracks"],
        _("slides"): player["slides"],
        _("chapters"): player["chapters_url"],
        _("bookmarks"): player["bookmarks_url"],
    }
    player["has_panel"] = any(beside.values())
    player["panel_name"] = ", ".join(name for name, found in beside.items() if found).capitalize()
    player["modes"] = _modes(player, sources, renditions)
    player["island"] = _island(player, lecture, user, sources, renditions)
    return player


def _address(lecture: Lecture, name: str) -> str:
    """Where a browser fetches a published file of the lecture."""
    return f"{lecture.manifest_url.rpartition('/')[0]}/{name}" if name else ""


def _tracks(lecture: Lecture) -> list[dict[str, Any]]:
    """Captions; on at once where they help most: the reader's language is not the speaker's."""
    reader = (get_language() or "").split("-")[0]
    return [
        {
            "url": reverse("lectures:captions", args=[lecture.pk, caption.language]),
            "language": caption.language,
            "label": caption.get_language_display(),
            "default": caption.language == reader != lecture.language,
        }
        for caption in Caption.objects.published()
        .filter(lecture=lecture)
        .only("pk", "language")
        .order_by("language")
    ]


def _renditions(lecture: Lecture) -> list[Rendition]:
    """The pictures among what was published, sharpest first; thin-line renditions aside."""
    newest: dict[int, list[Rendition]] = {}
    for rendition in Rendition.objects.filter(lecture=lecture, width__isnull=False):
        if not rendition.name.startswith("saver"):
            newest.setdefault(rendition.generation, []).append(rendition)
    found = newest[max(newest)] if newest else []
    return sorted(found, key=lambda r: (-(r.height or 0), r.size_bytes))


def _sources(lecture: Lecture) -> dict[str, str]:
    """Playlists by mode: "auto", and "saver" and "audio" where there are such.

    "av1" is "auto" in the thriftier codec, for devices that play it well.
    """
    others = {
        mode: _address(lecture, lecture.playlists.get(mode, ""))
        for mode in ("av1", "saver", "audio")
    }
    return {"auto": lecture.manifest_url} | {mode: url for mode, url in others.items() if url}


def _sharp(renditions: list[Rendition]) -> dict[str, Any] | None:
    """The largest AV1 picture as Media Capabilities asks for it; None where there is none."""
    found = next((r for r in renditions if r.codec.startswith(AV1)), None)
    return found and {
        "codec": found.codec,
        "width": found.width,
        "height": found.height,
        "bitrate": found.bitrate,
        "framerate": MOST_FPS,
    }


def _slides(lecture: Lecture) -> list[dict[str, Any]]:
    """The still slides in order: seconds, text, and images from narrow to wide."""
    return [
        {
            "start_s": slide["start_s"],
            "end_s": slide["end_s"],
            "text": slide.get("text", ""),
            "images": sorted(
                (
                    {
                        "url": lecture.still_url(image["name"]),
                        "width": image["width"],
                        "height": image["height"],
                        "type": image["type"],
                    }
                    for image in slide["images"]
                ),
                key=lambda image: image["width"],
            ),
        }
        for slide in lecture.stills.get("slides", ())
    ]


def handouts_of(user: Any, lecture_ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """The documents of those lectures that `user` may watch, by lecture; one query."""
    lectures = Lecture.objects.filter(pk__in=set(lecture_ids) - {None})
    found = {
        lecture.pk: handout_of(lecture)
        for lecture in lectures.only("title", "visibility", "stills")
        if may(user, "media.watch_lecture", lecture)
    }
    return {pk: handout for pk, handout in found.items() if handout}


def handout_of(lecture: Lecture) -> dict[str, Any] | None:
    """The slides as a document: title, address, size, pages; None where there are too few."""
    if not lecture.stills.get("document"):
        return None
    pictures = {slide["images"][-1]["name"] for slide in lecture.stills["slides"]}
    return {
        "title": lecture.title,
        "url": reverse("lectures:slides", args=[lecture.pk]),
        "bytes": lecture.stills.get("document_bytes", 0),
        "count": len(pictures),
    }


def _modes(
    player: dict[str, Any], sources: dict[str, str], renditions: list[Rendition]
) -> list[dict[str, str]]:
    """The quality menu: `{value, label, short, detail}`, the heights of pictures among them."""
    modes = [_mode("auto", _("Automatic"), _("Auto"), _("As your connection allows"))]
    # Fixed sizes are played from the master playlist, which has one codec.
    sizes = {r.height: r.size_bytes for r in renditions if r.height and not r.codec.startswith(AV1)}
    if player["has_picture"] and len(sizes) > 1:
        modes += [
            _mode(str(height), f"{height}p", f"{height}p", filesizeformat(size))
            for height, size in sizes.items()
        ]
    if "saver" in sources:
        detail = _("Sharp slides, few pictures a second")
        modes.append(_mode("saver", _("Data saver"), _("Saver"), detail))
    if "audio" in sources and player["slides"]:
        detail = _("Still slides, for the thinnest line")
        modes.append(_mode("slides", _("Slides and voice"), _("Slides"), detail))
    if "audio" in sources and player["has_picture"]:
        modes.append(_mode("audio", _("Audio only"), _("Audio"), _("To listen to")))
    return modes if len(modes) > 1 else []


def _mode(value: str, label: str, short: str, detail: str) -> dict[str, str]:
    return {"value": value, "label": label, "short": short, "detail": detail}


def _island(
    player: dict[str, Any],
    lecture: Lecture,
    user: Any,
    sources: dict[str, str],
    renditions: list[Rendition],
) -> dict[str, Any]:
    """What the player's script is told, as JSON in the page."""
    return {
        **{key: player[key] for key in ("title", "speaker", "duration_s", "resume_at_s")},
        "poster": player["poster_url"],
        "has_picture": player["has_picture"],
        "viewer": str(user.pk or ""),
        "sources": sources,
        "slides": player["slides"],
        "av1": _sharp(renditions) if "av1" in sources else None,
        "storyboard": lecture.still_url(lecture.stills.get("storyboard", "")),
        "waveform": lecture.still_url(lecture.stills.get("waveform", "")),
        "chapters": player["chapters_url"],
        "watch": player["watch_url"],
        "bookmarks": player["bookmarks_url"],
        "words": _words(),
    }


def _words() -> dict[str, str]:
    """Sentences that the script fills in; ``{}`` stands for a time, number or name."""
    return {
        "position": _("{} of {}"),
        "volume": _("Volume {}"),
        "speed": _("Speed {}"),
        "resumed": _("Resumed at {}"),
        "linkCopied": _("Link to {} copied"),
        "captionsOff": _("Captions off"),
        "matches": _("{} of {}"),
        "noMatches": _("Not found"),
        "goTo": _("Go to {}"),
        "slide": _("Slide {}"),
        "slideOf": _("Slide {} of {}"),
        "marked": _("Marked {}"),
        "unmarked": _("Bookmark at {} removed"),
        "removeShort": _("Remove"),
        "remove": _("Remove the bookmark at {}"),
        "note": _("Add a note"),
        "noteAt": _("Note at {}"),
        "failed": _("This could not be saved. Check the connection and try again."),
        "slowLine": _("The connection is slow: playing with data saver"),
        "noQuality": _("This quality is not available in this browser."),
        "playingElsewhere": _("Playing on another device"),
    }
