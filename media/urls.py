from django.urls import include, path

from . import link_views, outline_views, views

app_name = "lectures"
urlpatterns = [
    path("uploads/", include("media.uploads.urls")),
    path("<int:lecture_id>/captions/<slug:language>.vtt", views.captions, name="captions"),
    path(
        "<int:lecture_id>/captions/<slug:language>.srt",
        outline_views.download_srt,
        name="captions_srt",
    ),
    path("<int:lecture_id>/chapters.vtt", outline_views.chapters, name="chapters"),
    path("<int:lecture_id>/slides.pdf", outline_views.download_slides, name="slides"),
    path("<int:lecture_id>/transcript/", outline_views.read_transcript, name="transcript"),
    path(
        "<int:lecture_id>/transcript/<slug:language>/",
        outline_views.read_transcript,
        name="transcript_in",
    ),
    path("<int:lecture_id>/elsewhere/", link_views.play, name="elsewhere"),
    path("<int:lecture_id>/watch/", views.watch, name="watch"),
    path("<int:lecture_id>/bookmarks/", views.bookmarks, name="bookmarks"),
]
