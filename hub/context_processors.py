"""What every page of the site has at hand."""

from django.conf import settings
from django.http import HttpRequest

from .navigation import footer_links, language_links, primary_navigation

THEMES = ("auto", "light", "dark")


def site(request: HttpRequest) -> dict:
    """Society, theme, navigation and languages; lazily, so that fragments pay nothing."""
    theme = request.COOKIES.get("theme", "auto")
    return {
        "society_name": settings.SOCIETY_NAME,
        "society_short_name": settings.SOCIETY_SHORT_NAME,
        "theme": theme if theme in THEMES else "auto",
        "navigation": lambda: primary_navigation(request),
        "footer_links": lambda: footer_links(request),
        "language_links": lambda: language_links(request),
    }
