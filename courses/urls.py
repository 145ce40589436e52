"""Addresses of a learner's own learning, and of a course's teachers."""

from django.urls import path

from . import learning_views, teaching_views, views

app_name = "courses"
urlpatterns = [
    path("learning/", learning_views.my_learning, name="my_learning"),
    path("learning/record/", learning_views.record, name="record"),
    path("learning/record.pdf", learning_views.record_pdf, name="record_pdf"),
    path("learning/record.csv", learning_views.record_csv, name="record_csv"),
    path("notes/", learning_views.notebook, name="notebook"),
    path("notes.csv", learning_views.notebook_csv, name="notebook_csv"),
    path("courses/<int:course_id>/enrol/", views.enrol_in_course, name="enrol"),
    path("courses/<int:course_id>/leave/", views.leave_course, name="leave"),
    path("courses/<int:course_id>/feedback/", views.feedback, name="feedback"),
    path("courses/<int:course_id>/print/", views.print_course, name="print"),
    path("lessons/<int:lesson_id>/read/", views.mark_lesson_read, name="mark_read"),
    path("lessons/<int:lesson_id>/watch/", views.watch_lesson, name="watch"),
    path("lessons/<int:lesson_id>/note/", views.keep_note, name="note"),
    path("teaching/", teaching_views.taught, name="teaching"),
    path("teaching/<int:course_id>/", teaching_views.course, name="teach"),
    path("teaching/<int:course_id>/learners/", teaching_views.learners, name="learners"),
    path("teaching/<int:course_id>/<slug:table>.csv", teaching_views.table, name="table"),
    path("teaching/<int:course_id>/cohorts/", teaching_views.new_cohort, name="new_cohort"),
    path("teaching/cohorts/<int:cohort_id>/", teaching_views.cohort, name="cohort"),
    path("teaching/cohorts/<int:cohort_id>/change/", teaching_views.change_cohort, name="change"),
    path("teaching/cohorts/<int:cohort_id>/add/", teaching_views.add_to_cohort, name="add"),
    path("teaching/cohorts/<int:cohort_id>/delete/", teaching_views.drop_cohort, name="drop"),
    path("teaching/cohorts/<int:cohort_id>/write/", teaching_views.write, name="write"),
    path("teaching/members/<int:enrolment_id>/release/", teaching_views.release, name="release"),
]
