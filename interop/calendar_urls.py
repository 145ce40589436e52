"""Addresses of calendars for programmes."""

from django.urls import path

from .calendar_views import feed

app_name = "calendars"
urlpatterns = [path("<str:token>.ics", feed, name="feed")]
