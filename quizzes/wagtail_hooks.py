"""The bank of questions in the editing desk."""

from wagtail.snippets.models import register_snippet

from .viewsets import BankViewSetGroup

register_snippet(BankViewSetGroup)
