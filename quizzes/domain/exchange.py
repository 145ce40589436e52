"""Taking questions in from files of other systems, and giving them out."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError
from wagtail.models import Collection, Locale

from pages.models import SiteImage
from people.models import Department
from quizzes import item_types
from quizzes.exchange import Draft, Parsed, Picture, Skipped, parse
from quizzes.models import Item, QuestionFile

from .versions import snapshot

# How long an upload waits for its owner's choice.
KEPT_FOR = dt.timedelta(days=1)
_FORMATS = {"PNG", "JPEG", "GIF", "WEBP"}


@dataclass(frozen=True)
class Refused:
    """A draft that does not make an item, and why."""

    draft: Draft
    reason: str


def read_file(data: bytes, file_format: str) -> tuple[Parsed, list[Refused]]:
    """What a file holds, and which of its drafts our own forms would refuse.

    Raises `NotAQuestionFile`.
    """
    parsed = parse(data, file_format)
    refused = []
    for draft in parsed.drafts:
        _check_pictures(draft)
        if reason := _problem(draft):
            refused.append(Refused(draft=draft, reason=reason))
    rejected = {id(one.draft) for one in refused}
    parsed.drafts = [draft for draft in parsed.drafts if id(draft) not in rejected]
    return parsed, refused


def _check_pictures(draft: Draft) -> None:
    """Leave out what is no picture; say which pictures still need words."""
    for key, picture in list(draft.pictures.items()):
        if not _is_picture(picture):
            draft.note(
                _("“%(name)s” is no PNG, JPEG, GIF or WebP picture.") % {"name": picture.name}
            )
            del draft.pictures[key]
    for part in _parts(draft):
        if part.get("image") and part["image"] not in draft.pictures:
            part["image"] = None
        if part.get("image") and not part.get("image_alt"):
            part["image_alt"] = _("Picture without a description")
            draft.note(_("The picture has no text alternative: write one."))


def _is_picture(picture: Picture) -> bool:
    try:
        with Image.open(ContentFile(picture.data)) as opened:
            opened.verify()
            return opened.format in _FORMATS
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return False


def _problem(draft: Draft) -> str:
    """What our own editing form says against a draft; "" where it takes it."""
    if draft.item_type == "hotspot" and not draft.content["image"]:
        return _("The picture is not in the file.")
    block = item_types.get(draft.item_type).block()
    if draft.item_type == "hotspot":
        return ""  # Its regions have been read; the form asks for nothing else but the picture.
    plain = _swapped(
        draft.content, lambda part: part | {"image": None} if "image" in part else part
    )
    known = {name: plain[name] for name in block.child_blocks if name in plain}
    try:
        block.clean(block.to_python(known))
    except ValidationError as error:
        return _sentence(error)
    return ""


def _sentence(error: ValidationError) -> str:
    """The first message of a form's nested errors."""
    own = getattr(error, "non_block_errors", None)
    if own:
        return str(own.as_data()[0].messages[0])
    nested = getattr(error, "block_errors", None)
    for one in nested.values() if isinstance(nested, dict) else nested or []:
        if isinstance(one, ValidationError):
            return _sentence(one)
    return str(error.messages[0]) if nested is None else _("Our form does not take it.")


@transaction.atomic
def take_in(
    *, drafts: Iterable[Draft], department: Department | None, locale: Locale, user: Any
) -> list[Item]:
    """Make items of drafts in a department's bank, with their pictures and topics."""
    return [_take_in(draft, department=department, locale=locale, user=user) for draft in drafts]


def _take_in(draft: Draft, *, department: Department | None, locale: Locale, user: Any) -> Item:
    collection = department.collection if department else Collection.get_first_root_node()
    images = {
        key: SiteImage.objects.create(
            title=f"{draft.title[:200]}",
            description=_("Picture of a question"),
            file=ContentFile(picture.data, name=picture.name or "picture.png"),
            collection=collection,
            uploaded_by_user=user,
        )
        for key, picture in draft.pictures.items()
        if key in _used_pictures(draft)
    }
    item = Item(title=draft.title, department=department, locale=locale)
    stream = [{"type": draft.item_type, "value": _with_images(draft, images)}]
    item.body = Item._meta.get_field("body").stream_block.to_python(stream)
    item.save()
    if draft.topics:
        item.topics.set([topic[:100] for topic in draft.topics])
    return item


def _used_pictures(draft: Draft) -> set[str]:
    return {part["image"] for part in _parts(draft) if part.get("image")}


def _parts(draft: Draft) -> list[dict[str, Any]]:
    """What of a content can have a picture: the whole, and options."""
    options = [entry["value"] for entry in draft.content.get("options", [])]
    return [draft.content, *(value for value in options if isinstance(value, dict))]


def _swapped(
    content: dict[str, Any], swap: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """A copy of a content with `swap` done to every part that can have a picture."""
    swapped = swap(content)
    if "options" not in swapped:
        return swapped
    options = [
        entry
        | {"value": swap(entry["value"]) if isinstance(entry["value"], dict) else entry["value"]}
        for entry in swapped["options"]
    ]
    return swapped | {"options": options}


def _with_images(draft: Draft, images: dict[str, SiteImage]) -> dict[str, Any]:
    """The content with the pictures' ids in place of their keys."""

    def swap(part: dict[str, Any]) -> dict[str, Any]:
        if "image" not in part:
            return part
        image = images.get(part["image"] or "")
        return part | {"image": image.pk if image else None}

    return _swapped(draft.content, swap)


def drafts_of(items: Sequence[Item]) -> list[Draft]:
    """Items as drafts for writing, with the files of their pictures; three queries for all."""
    contents = {item.pk: snapshot(item) for item in items}
    wanted = {
        image
        for code, content in contents.values()
        for image in item_types.get(code).image_ids(content)
    }
    images = SiteImage.objects.in_bulk(wanted)
    return [_draft_of(item, *contents[item.pk], images=images) for item in items]


def _draft_of(
    item: Item, code: str, content: dict[str, Any], *, images: dict[int, SiteImage]
) -> Draft:
    draft = Draft(code, item.title, {}, topics=[topic.name for topic in item.topics.all()])

    def swap(part: dict[str, Any]) -> dict[str, Any]:
        image = images.get(part.get("image") or 0)
        if image is None:
            return part | {"image": None} if "image" in part else part
        with image.file.open("rb") as opened:
            picture = Picture(name=image.filename, data=opened.read())
        return part | {"image": draft.take_picture(picture)}

    draft.content = _swapped(content, swap)
    return draft


@transaction.atomic
def commit_file(
    *, file: QuestionFile, chosen: set[int], locale: Locale, user: Any
) -> tuple[list[Item], list[Skipped]]:
    """Take in the chosen questions (by their place in the file, from 0) and forget the file.

    A second click finds no file: raises `QuestionFile.DoesNotExist`.
    """
    locked = QuestionFile.objects.select_for_update().get(pk=file.pk)
    parsed, _refused = read_file(bytes(locked.data), locked.file_format)
    drafts = [draft for place, draft in enumerate(parsed.drafts) if place in chosen]
    items = take_in(drafts=drafts, department=locked.department, locale=locale, user=user)
    locked.delete()
    return items, parsed.skipped


def forget_old_files() -> int:
    """Delete uploads nobody chose from; returns how many. The worker's sweep."""
    old = QuestionFile.objects.filter(uploaded_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]
