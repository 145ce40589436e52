"""Learning platforms, grades for them, statements for a record store, calendars."""

from .calendars import CalendarAddress
from .grades import Grade, Placement, ResourceLink, TargetKind
from .platforms import Identity, Invitation, Launch, Platform
from .statements import Pseudonym, Statement, Viewing

__all__ = [
    "CalendarAddress",
    "Grade",
    "Identity",
    "Invitation",
    "Launch",
    "Placement",
    "Platform",
    "Pseudonym",
    "ResourceLink",
    "Statement",
    "TargetKind",
    "Viewing",
]
