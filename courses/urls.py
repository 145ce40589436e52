"""Addresses of a learner's own learning."""

from django.urls import path

from . import views

app_name = "courses"
urlpatterns = [
    path("learning/", views.my_learning, name="my_learning"),
    path("courses/<int:course_id>/enrol/", views.enrol_in_course, name="enrol"),
    path("courses/<int:course_id>/leave/", views.leave_course, name="leave"),
    path("lessons/<int:lesson_id>/read/", views.mark_lesson_read, name="mark_read"),
    path("lessons/<int:lesson_id>/watch/", views.watch_lesson, name="watch"),
]
