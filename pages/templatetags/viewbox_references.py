"""References as readers follow them: by their DOI."""

import re

from django import template
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# A DOI (ISO 26324) as references write it: "doi:10.1148/radiol.2017161659".
_DOI = re.compile(r"\bdoi:\s?(10\.\d{4,9}/[^\s&<>\"]*[^\s&<>\".,;])", re.IGNORECASE)


@register.filter
def linked_reference(reference: str) -> SafeString:
    """A reference with its DOI, or else its addresses, made links."""
    text = escape(reference)
    linked = _DOI.sub(r'<a href="https://doi.org/\1">doi:\1</a>', text)
    return mark_safe(linked if linked != text else urlize(reference, autoescape=True))  # noqa: S308  escaped above
