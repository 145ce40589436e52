"""What every page of the site has at hand."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from people.society import society_name

from .navigation import (
    alternate_links,
    footer_links,
    here_url,
    language_links,
    primary_navigation,
)

THEMES = ("auto", "light", "dark")


def site(request: HttpRequest) -> dict:
    """Society, theme, navigation and languages; lazily, so that fragments pay nothing."""
    theme = request.COOKIES.get("theme", "auto")
    return {
        "society_name": society_name(),
        "society_short_name": settings.SOCIETY_SHORT_NAME,
        "society_email": settings.SOCIETY_EMAIL,
        "theme": theme if theme in THEMES else "auto",
        "here_url": SimpleLazyObject(lambda: here_url(request)),
        "home_url": f"/{get_language()}/",
        "my_learning_url": reverse("courses:my_learning"),
        "alternate_links": SimpleLazyObject(lambda: alternate_links(request)),
        "navigation": SimpleLazyObject(lambda: primary_navigation(request)),
        "footer_links": SimpleLazyObject(lambda: footer_links(request)),
        "language_links": SimpleLazyObject(lambda: language_links(request)),
    }
