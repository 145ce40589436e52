"""What every part of a run needs: languages, calendar, pictures, and the journal."""

from collections.abc import Callable
from dataclasses import dataclass

from wagtail.models import Locale, Page

from .calendar import Calendar
from .journal import Journal
from .pictures import Gallery


@dataclass(frozen=True)
class Run:
    """One run of the demo."""

    locales: dict[str, Locale]
    calendar: Calendar
    gallery: Gallery
    journal: Journal

    def parent(self, model: type[Page], language: str) -> Page:
        """The section that pages of a language go below: the one page of type `model`."""
        return model._default_manager.get(locale=self.locales[language])


Tell = Callable[[str], None]
