"""Addresses that learning platforms are told; they have no language."""

from django.urls import path

from . import views

app_name = "lti"
urlpatterns = [
    path("keys/", views.keys, name="keys"),
    path("login/", views.login_request, name="login"),
    path("launch/", views.launch, name="launch"),
    path("enter/<str:state>/", views.enter, name="enter"),
    path("register/<str:secret>/", views.register_platform, name="register"),
    path("open/<str:kind>/<uuid:key>/", views.open_target, name="open"),
]
