"""Addresses of the hub. What people read has the language in front; machines' addresses don't."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from media.serving import serve_signed, serve_upload

from .health import healthz
from .sitemaps import PageSitemap, TranscriptSitemap
from .views import robots, set_theme

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("uploads/s/<str:token>/<path:path>", serve_signed, name="signed_uploads"),
    path("uploads/<path:path>", serve_upload, name="uploads"),
    path("lectures/", include("media.urls")),
    path("lti/", include("interop.urls")),
    path("calendars/", include("interop.calendar_urls")),
    path("healthz", healthz, name="healthz"),
    path("theme/", set_theme, name="set_theme"),
    path("robots.txt", robots),
    path(
        "sitemap.xml",
        sitemap,
        {"sitemaps": {"pages": PageSitemap, "transcripts": TranscriptSitemap}},
        name="sitemap",
    ),
]

urlpatterns += i18n_patterns(
    path("accounts/", include("allauth.urls")),
    path("profile/", include("people.urls")),
    path("letters/", include("outbox.urls")),
    path("quizzes/", include("quizzes.urls")),
    path("solve/", include("cases.urls")),
    path("peer-review/", include("cases.review_urls")),
    path("case/", include("cases.record_urls")),
    path("my/", include("courses.urls")),
    path("certificates/", include("certificates.urls")),
    path("connected/", include("interop.reader_urls")),
    path("feeds/", include("hub.feed_urls")),
    path("calendar/", include("hub.calendar_urls")),
    path("", include(wagtail_urls)),
)
