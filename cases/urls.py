"""Where answers to cases are sent."""

from django.urls import path

from .views import commit_answer

app_name = "cases"
urlpatterns = [path("<int:case_id>/", commit_answer, name="commit_answer")]
