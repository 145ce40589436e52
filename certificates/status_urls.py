"""Lists of revoked badges: for machines, in no language."""

from django.urls import path

from . import views

app_name = "badge_status"
urlpatterns = [path("<int:number>/", views.status_list, name="list")]
