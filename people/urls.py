"""Addresses about one's own account (under the reader's language)."""

from django.urls import path

from .views import ProfileView

app_name = "people"
urlpatterns = [path("", ProfileView.as_view(), name="profile")]
