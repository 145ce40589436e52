"""Putting a page into the tree in one language, published by a revision like an editor's."""

import uuid
from datetime import datetime
from typing import TypeVar

from wagtail.models import Locale, Page
from wagtail.signal_handlers import disable_reference_index_auto_update

from cases.domain.publication import admit
from cases.models import CasePage

P = TypeVar("P", bound=Page)


def publish_below(
    parent: Page, page: P, *, key: uuid.UUID, locale: Locale, published_at: datetime
) -> P:
    """Add `page` below `parent` as the page of `key` in `locale` and publish it.

    Pages of one key are translations of each other.
    """
    # As it is now: pages added since it was read decide where the next one goes.
    parent = Page.objects.get(pk=parent.pk)
    page.translation_key = key
    page.locale = locale
    page.slug = free_slug(parent=parent, wanted=page.slug)
    page.first_published_at = published_at
    # Publishing indexes what the page refers to; once is enough.
    with disable_reference_index_auto_update():
        parent.add_child(instance=page)
    publish(page)
    return page


def publish(page: Page) -> None:
    """Make what `page` says now its newest revision, and live."""
    with disable_reference_index_auto_update():
        revision = page.save_revision()
        if isinstance(page, CasePage):
            admit(case=page, revision=revision, note="Demo content")
    revision.publish()
    page.refresh_from_db()


def free_slug(*, parent: Page, wanted: str) -> str:
    """`wanted`, or with a number where a sibling has it already."""
    taken = set(parent.get_children().values_list("slug", flat=True))
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
