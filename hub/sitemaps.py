"""The sitemap: what search engines may find, in every language."""

import datetime as dt
import functools
import operator

from django.contrib import sitemaps
from django.db.models import Q, QuerySet
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page
from wagtail.query import PageQuerySet

from cases.record_queries import without_withdrawn
from courses.models import LessonPage
from media.models import Caption, Visibility


class PageSitemap(Sitemap):
    """Public pages below the home page of each language; aliases stand for their originals.

    Pages of withdrawn cases hold a notice only and ask not to be indexed.
    """

    def items(self) -> PageQuerySet:
        homes = self.get_wagtail_site().root_page.get_translations(inclusive=True).live()
        below = (Q(path__startswith=path) for path in homes.values_list("path", flat=True))
        return without_withdrawn(
            Page.objects.filter(functools.reduce(operator.or_, below), alias_of=None)
            .live()
            .public()
            .order_by("path")
            .specific(defer=True)
        )


class TranscriptSitemap(sitemaps.Sitemap):
    """What is said in lectures that everybody may watch, once for each language of captions.

    Of lessons alone: what a case's discussion plays would give its answer away.
    """

    def items(self) -> QuerySet[Caption]:
        taught = LessonPage.objects.live().public().filter(lecture__isnull=False)
        return (
            Caption.objects.published()
            .filter(lecture__visibility=Visibility.PUBLIC, lecture__in=taught.values("lecture"))
            .exclude(lecture__manifest="")
            .select_related("lecture")
            .only("language", "lecture__published_at")
            .order_by("lecture_id", "language")
        )

    def location(self, item: Caption) -> str:
        return reverse("lectures:transcript_in", args=[item.lecture_id, item.language])

    def lastmod(self, item: Caption) -> dt.datetime | None:
        return item.lecture.published_at
