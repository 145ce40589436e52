"""Addresses of attempts at quizzes and of the review deck."""

from django.urls import path

from . import deck_views, views

app_name = "quizzes"
urlpatterns = [
    path("<int:quiz_id>/start/", views.start, name="start"),
    path("review/", deck_views.deck, name="deck"),
    path("review/reminders/", deck_views.reminders, name="reminders"),
    path("review/<int:card_id>/", deck_views.card, name="card"),
    path("review/<int:card_id>/take-back/", deck_views.take_leech_back, name="take_leech_back"),
    path("attempts/<int:attempt_id>/", views.attempt, name="attempt"),
    path("attempts/<int:attempt_id>/<int:position>/", views.answer, name="answer"),
    path("attempts/<int:attempt_id>/finish/", views.finish, name="finish"),
]
