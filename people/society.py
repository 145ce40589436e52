"""Who runs this hub, as readers see it."""

from django.conf import settings
from django.utils.translation import get_language


def society_name(language: str | None = None) -> str:
    """The society's name in `language` (by default the active one), else as it is in general."""
    return settings.SOCIETY_NAMES.get(language or get_language()) or settings.SOCIETY_NAME
