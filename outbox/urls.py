"""Addresses about the letters one gets (under the reader's language)."""

from django.urls import path

from . import views

app_name = "outbox"
urlpatterns = [
    path("", views.choices, name="choices"),
    path("stop/<str:code>/", views.stop, name="stop"),
]
