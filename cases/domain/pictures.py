"""The pictures of cases as files that everybody may fetch: which a case has, and removing them."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Page, ReferenceIndex

from cases.models import CasePage


def pictures_of(*, pages: Iterable[CasePage]) -> list[AbstractImage]:
    """All pictures that the pages show or have ever shown, in any revision."""
    keys: set[int] = set()
    for page in pages:
        for shown in (page, *(revision.as_object() for revision in page.revisions.all())):
            keys.add(shown.picture_id)
            keys.update(block.value["image"].pk for block in shown.pictures if block.value["image"])
        kind = ContentType.objects.get_for_model(get_image_model())
        found = ReferenceIndex.get_references_for_object(page).filter(to_content_type=kind)
        keys.update(int(key) for key in found.values_list("to_object_id", flat=True))
    return list(get_image_model().objects.filter(pk__in=keys - {None}))


def remove_pictures(*, pictures: Iterable[AbstractImage], of: Iterable[CasePage]) -> int:
    """Delete pictures with all their files, save those that something else uses; return how many.

    The files go with the caller's commit.
    """
    page_kind = ContentType.objects.get_for_model(Page)
    own = [str(page.pk) for page in of]
    removed = 0
    for picture in pictures:
        others = ReferenceIndex.get_references_to(picture).exclude(
            base_content_type=page_kind, object_id__in=own
        )
        if not others.exists():
            picture.delete()
            removed += 1
    return removed
