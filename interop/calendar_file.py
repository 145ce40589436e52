"""A person's entries as an iCalendar file (RFC 5545)."""

import datetime as dt
from collections.abc import Iterable

from icalendar import Alarm, Calendar, Event

from .domain.calendars import Entry

# How often a programme should look again (RFC 7986, 5.7).
_LOOK_AGAIN = dt.timedelta(hours=6)


def write_calendar(*, entries: Iterable[Entry], name: str, host: str, now: dt.datetime) -> bytes:
    """The file; an entry keeps its UID when it is moved."""
    calendar = Calendar()
    calendar.add("prodid", "-//Viewbox//Learning//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"value": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, host=host, now=now))
    return calendar.to_ical()


def _event(entry: Entry, *, host: str, now: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.key}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at.astimezone(dt.UTC))
    if entry.ends_at:
        event.add("dtend", entry.ends_at.astimezone(dt.UTC))
    else:
        event.add("transp", "TRANSPARENT")  # A moment keeps nobody busy.
    event.add("summary", entry.title)
    if entry.url:
        event.add("url", entry.url)
    if entry.is_deadline:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title)
        alarm.add("trigger", dt.timedelta(days=-1))
        event.add_component(alarm)
    return event
