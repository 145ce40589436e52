"""What happens when a page goes live, by whatever way."""

from wagtail.models import Page

from .domain.sections import open_as_saved


def open_published_section(instance: Page, **_signal: object) -> None:
    """Wagtail's one notice that an approval, the schedule and a translation give as well."""
    open_as_saved(page=instance)
