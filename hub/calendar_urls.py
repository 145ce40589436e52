"""Addresses of calendar files."""

from django.urls import path

from .calendar_files import calendar_file

app_name = "events"
urlpatterns = [path("<int:event_id>.ics", calendar_file, name="calendar_file")]
