"""What protects the server from the files it converts, told to those who run it."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from .pipeline.refusals import Refused
from .pipeline.sandbox import CHOICE_VARIABLE, Wall, protection


def protection_notice() -> str:
    """One sentence on the box that ffmpeg runs in.

    Raises `ImproperlyConfigured` where the settings ask for one that can't be had.
    """
    try:
        wall = protection()
    except Refused as refused:
        raise ImproperlyConfigured(_cannot_be_had(refused)) from refused
    return gettext("ffmpeg is protected by %(what)s.") % {"what": gettext(wall.sentence)}


def _cannot_be_had(refused: Refused) -> str:
    return f"The sandbox that {CHOICE_VARIABLE} asks for can't be had: {refused.detail}"


def check_protection(**_kwargs: Any) -> list[CheckMessage]:
    """`check --deploy`: distrusted files should be opened in a box."""
    try:
        wall = protection()
    except Refused as refused:
        return [
            Error(
                _cannot_be_had(refused),
                hint="Install bubblewrap, or allow unprivileged user namespaces or Landlock.",
                id="media.E001",
            )
        ]
    if wall is Wall.LIMITS:
        return [
            Caution(
                "Uploaded recordings are opened by ffmpeg without a sandbox.",
                hint="Install bubblewrap, or allow unprivileged user namespaces or Landlock; "
                f"{CHOICE_VARIABLE}=required refuses uploads until then.",
                id="media.W001",
            )
        ]
    return []
