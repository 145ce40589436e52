"""Addresses of attempts at quizzes."""

from django.urls import path

from . import views

app_name = "quizzes"
urlpatterns = [
    path("<int:quiz_id>/start/", views.start, name="start"),
    path("attempts/<int:attempt_id>/", views.attempt, name="attempt"),
    path("attempts/<int:attempt_id>/<int:position>/", views.answer, name="answer"),
    path("attempts/<int:attempt_id>/finish/", views.finish, name="finish"),
]
