"""The sitemap: what search engines may find, in every language."""

import functools
import operator

from django.db.models import Q
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page
from wagtail.query import PageQuerySet


class PageSitemap(Sitemap):
    """Public pages below the home page of each language; aliases stand for their originals."""

    def items(self) -> PageQuerySet:
        homes = self.get_wagtail_site().root_page.get_translations(inclusive=True).live()
        below = (Q(path__startswith=path) for path in homes.values_list("path", flat=True))
        return (
            Page.objects.filter(functools.reduce(operator.or_, below), alias_of=None)
            .live()
            .public()
            .order_by("path")
            .specific(defer=True)
        )
