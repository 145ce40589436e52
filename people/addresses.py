"""The hub's own address, for what leaves it: letters, citations, other systems."""

from django.conf import settings


def home_address() -> str:
    """Scheme and host of the hub (`VIEWBOX_BASE_URL`), without a slash at the end."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/")


def full_address(path: str) -> str:
    """The whole address of `path`, which begins with a slash."""
    return home_address() + path
