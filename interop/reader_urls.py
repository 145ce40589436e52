"""Pages between a learning platform and the hub, in the reader's language."""

from django.urls import path

from . import calendar_views, reader_views

app_name = "connections"
urlpatterns = [
    path("arrive/", reader_views.arrive, name="arrive"),
    path("choose/", reader_views.choose, name="choose"),
    path("calendar/", calendar_views.my_calendar, name="calendar"),
    path("platforms/", reader_views.my_platforms, name="platforms"),
    path("quiz/<int:quiz_id>/", reader_views.quiz, name="quiz"),
]
