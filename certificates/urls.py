from django.urls import path

from . import views

app_name = "certificates"
urlpatterns = [
    path("", views.verify, name="verify"),
    path("<str:number>/", views.verify_number, name="verify_number"),
    path("<str:number>/certificate.pdf", views.download, name="download"),
    path("<str:number>/badge.jwt", views.badge, name="badge"),
]
