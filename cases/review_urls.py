"""Where reviewers and authors meet peer review."""

from django.urls import path

from . import review_views

app_name = "case_reviews"
urlpatterns = [
    path("", review_views.desk, name="desk"),
    path("<int:review_id>/", review_views.review, name="review"),
    path("<int:review_id>/answer/", review_views.answer, name="answer"),
    path("<int:review_id>/draft/", review_views.draft, name="draft"),
    path("<int:review_id>/picture/<int:place>/", review_views.picture, name="picture"),
    path("decision/<int:round_id>/", review_views.of_round, name="of_round"),
]
