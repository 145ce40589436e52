"""The pages of the site itself: home, news, events, resources, plain pages."""

from .events import EventIndexPage, EventKind, EventPage
from .home import HomePage
from .news import NewsIndexPage, NewsPage
from .plain import PlainPage
from .resources import ResourceIndexPage, ResourceKind, ResourcePage

__all__ = [
    "EventIndexPage",
    "EventKind",
    "EventPage",
    "HomePage",
    "NewsIndexPage",
    "NewsPage",
    "PlainPage",
    "ResourceIndexPage",
    "ResourceKind",
    "ResourcePage",
]
