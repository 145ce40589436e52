"""RSS: news, and new cases (without what would give them away)."""

from datetime import datetime, time

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from wagtail.models import Locale

from cases.listing import listed_cases
from hub.models import NewsPage
from pages.models import BasePage

ITEMS = 20


def _printable(text: str) -> str:
    """Without control characters, which pasted text brings along and XML 1.0 forbids."""
    return "".join(char for char in text if char.isprintable() or char in "\t\n")


class PageFeed(Feed):
    """The latest pages of one kind in the language of the address."""

    feed_type = Rss201rev2Feed
    link = "/"

    def get_object(self, request: HttpRequest, *args, **kwargs) -> HttpRequest:
        return request

    def language_of(self) -> int:
        return Locale.objects.get(language_code=translation.get_language()).pk

    def item_title(self, item: BasePage) -> str:
        return _printable(item.title)

    def item_description(self, item: BasePage) -> str:
        return _printable(item.summary)

    def item_link(self, item: BasePage) -> str:
        return item.get_url()

    def item_pubdate(self, item: BasePage) -> datetime | None:
        return item.first_published_at


class NewsFeed(PageFeed):
    def title(self) -> str:
        return _("%(society)s: news") % {"society": settings.SOCIETY_SHORT_NAME}

    def description(self) -> str:
        return _("What is new on the hub.")

    def items(self, request: HttpRequest) -> list[NewsPage]:
        news = NewsPage.objects.live().public().filter(locale_id=self.language_of())
        return list(news.defer("body").order_by("-date", "-pk")[:ITEMS])

    def item_pubdate(self, item: NewsPage) -> datetime:
        return timezone.make_aware(
            datetime.combine(item.date, time(12)), timezone.get_default_timezone()
        )


class CaseFeed(PageFeed):
    def title(self) -> str:
        return _("%(society)s: cases") % {"society": settings.SOCIETY_SHORT_NAME}

    def description(self) -> str:
        return _("New teaching cases to solve.")

    def items(self, request: HttpRequest) -> list[BasePage]:
        return list(listed_cases(locale_id=self.language_of())[:ITEMS])
