"""Addresses about one's own account (under the reader's language)."""

from django.urls import path

from .views import ProfileView, personal_record, personal_record_file

app_name = "people"
urlpatterns = [
    path("", ProfileView.as_view(), name="profile"),
    path("record/", personal_record, name="personal_record"),
    path("record.json", personal_record_file, name="personal_record_file"),
]
