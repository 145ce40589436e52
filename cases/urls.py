"""Where cases are solved, kept, marked by their authors, and shown in rounds."""

from django.urls import path

from . import collection_views, marks_views, views

app_name = "cases"
urlpatterns = [
    path("<int:case_id>/", views.commit_answer, name="commit_answer"),
    path("<int:case_id>/step/<uuid:step_key>/", views.commit_step, name="commit_step"),
    path("<int:case_id>/read/", views.choose_reading, name="choose_reading"),
    path("<int:case_id>/save/", views.save_case, name="save_case"),
    path("<int:case_id>/marks/", marks_views.marks, name="marks"),
    path("<int:case_id>/marks/ask/", marks_views.ask, name="ask_about_mark"),
    path("<int:case_id>/marks/order/", marks_views.ask_order, name="ask_for_order"),
    path("<int:case_id>/marks.zip", marks_views.download, name="download_marks"),
    path("key-image/<str:name>.webp", marks_views.key_image, name="key_image"),
    path("collections/", collection_views.collections, name="collections"),
    path("collections/<int:collection_id>/", collection_views.collection, name="collection"),
    path(
        "collections/<int:collection_id>/change/",
        collection_views.change_collection,
        name="change_collection",
    ),
    path("rounds/<str:token>/", collection_views.round_index, name="round"),
    path("rounds/<str:token>/<int:number>/", collection_views.round_case, name="round_case"),
    path(
        "rounds/<str:token>/<int:number>/state/", collection_views.round_state, name="round_state"
    ),
    path(
        "rounds/<str:token>/<int:number>/reveal/", collection_views.reveal_case, name="reveal_case"
    ),
]
