from django.urls import path

from . import views

app_name = "lectures"
urlpatterns = [
    path("<int:lecture_id>/captions/<slug:language>.vtt", views.captions, name="captions"),
    path("<int:lecture_id>/watch/", views.watch, name="watch"),
]
