"""Addresses in the editing desk."""

from django.urls import path

from . import desk_views

app_name = "quizzes_desk"
urlpatterns = [
    path("", desk_views.analyses, name="analyses"),
    path("<int:quiz_id>/", desk_views.analysis, name="analysis"),
    path("<int:quiz_id>/marking/", desk_views.marking, name="marking"),
    path("answers/<int:answer_id>/mark/", desk_views.mark, name="mark"),
    path("items/<int:item_id>/rescore/", desk_views.rescore, name="rescore"),
    path("pictures/<int:image_id>/", desk_views.picture, name="picture"),
    path("files/", desk_views.upload, name="upload"),
    path("files/<int:file_id>/", desk_views.preview, name="preview"),
    path("files/export/", desk_views.export, name="export"),
]
