"""Addresses of published cases that stay when their pages move."""

from django.urls import path

from . import record_views

app_name = "case_records"
urlpatterns = [
    path("<int:number>/", record_views.case, name="case"),
    path("<int:number>/citation.bib", record_views.bibtex, name="bibtex"),
    path("<int:number>/citation.ris", record_views.ris, name="ris"),
]
