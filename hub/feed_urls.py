"""Addresses of the feeds."""

from django.urls import path

from .feeds import CaseFeed, NewsFeed

app_name = "feeds"
urlpatterns = [
    path("news/", NewsFeed(), name="news"),
    path("cases/", CaseFeed(), name="cases"),
]
