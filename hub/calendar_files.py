"""Events as iCalendar files (RFC 5545)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from .models import EventPage


@require_safe
def calendar_file(request: HttpRequest, event_id: int) -> HttpResponse:
    """One event to take into one's own calendar; its UID stays the same when it is moved."""
    page = get_object_or_404(EventPage.objects.live().public(), pk=event_id)
    url = page.get_full_url(request)
    event = Event()
    event.add("uid", f"event-{page.translation_key}@{request.get_host()}")
    event.add("dtstamp", page.last_published_at or timezone.now())
    event.add("dtstart", page.starts_at)
    event.add("dtend", page.ends_at)
    event.add("summary", page.title)
    event.add("description", f"{page.summary}\n{url}".strip())
    event.add("location", page.place_words)
    event.add("url", url)
    calendar = Calendar()
    calendar.add("prodid", "-//Viewbox//Events//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{page.slug}.ics"'
    return response
