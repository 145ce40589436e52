"""What every situation shares. Everything written at run time goes below `VAR_DIR`."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from .accounts import *  # noqa: F403  settings are the names of a module
from .accounts import LOGIN_URL

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env("VIEWBOX_VAR", default=str(BASE_DIR / "var"))).resolve()
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"

DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("VIEWBOX_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("VIEWBOX_TRUSTED_ORIGINS", default=[])

# The society that runs this hub, as readers see it.
SOCIETY_NAME = env("VIEWBOX_SOCIETY_NAME", default="Viewbox Society of Radiology")
# By language, where it goes by another name there.
_OWN_NAMES = {"ru": "Общество радиологов Viewbox", "ar": "جمعية Viewbox للأشعة"}
SOCIETY_NAMES = {
    language: env(
        f"VIEWBOX_SOCIETY_NAME_{language.upper()}",
        default="" if "VIEWBOX_SOCIETY_NAME" in env.ENVIRON else own,
    )
    for language, own in _OWN_NAMES.items()
}
SOCIETY_SHORT_NAME = env("VIEWBOX_SOCIETY_SHORT_NAME", default="Viewbox")
SOCIETY_EMAIL = env("VIEWBOX_SOCIETY_EMAIL", default="office@viewbox.example.org")
DEFAULT_FROM_EMAIL = f"{SOCIETY_SHORT_NAME} <{SOCIETY_EMAIL}>"
SERVER_EMAIL = SOCIETY_EMAIL
MFA_TOTP_ISSUER = SOCIETY_SHORT_NAME

INSTALLED_APPS = [
    # The hub's own rooms, from the top layer down (see docs/architecture.md).
    "hub",
    "interop",
    "courses",
    "cases",
    "quizzes",
    "certificates",
    "pages",
    "media",
    "outbox",
    "jobs",
    "people",
    # Wagtail
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "people.apps.AccountsAdminConfig",  # wagtail.users with our forms and rules
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    # Accounts
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rules.apps.AutodiscoverRulesConfig",
    # Background work
    "django_tasks",
    "django_tasks_db",
    # Django
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "interop.middleware.EmbeddedSessionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "hub.middleware.AdminPolicyMiddleware",
    "interop.middleware.FramePolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "people.middleware.EditingDeskMiddleware",
    "axes.middleware.AxesMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hub.context_processors.site",
            ],
        },
    }
]

# --- Data -------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'viewbox.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN: a read-then-write transaction then waits for
    # its turn instead of failing with SQLITE_BUSY, which no timeout can cure.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;"
            "PRAGMA synchronous=NORMAL;"
            "PRAGMA busy_timeout=20000;"
            "PRAGMA cache_size=-32000;"
            "PRAGMA temp_store=MEMORY;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://viewbox")}

TASKS = {
    # Wagtail's search and reference index: at once, so that they work without a worker.
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    # Everything heavy: taken up by `manage.py worker`.
    "background": {"BACKEND": "django_tasks_db.DatabaseBackend"},
}

# A worker silent for so long loses its work to another; sweeps look for such work.
JOBS_LEASE_S = env.float("VIEWBOX_LEASE_S", default=30.0)
JOBS_SWEEP_EVERY_S = env.float("VIEWBOX_SWEEP_EVERY_S", default=60.0)

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("", FRONTEND_DIST)] if FRONTEND_DIST.is_dir() else []

# Public files: pictures and published renditions of lectures.
MEDIA_URL = "/uploads/"
MEDIA_ROOT = VAR_DIR / "uploads"
# Files no address leads to: uploaded originals, work in progress.
PRIVATE_ROOT = VAR_DIR / "private"
# The Ed25519 key (PEM) that signs badges; empty: one of the hub's own, made below PRIVATE_ROOT.
BADGE_KEY = env("VIEWBOX_BADGE_KEY", default="")
WORK_ROOT = VAR_DIR / "work"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Files of forms, until they are whole. The situations make the folder: it must be there.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "multipart"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # StreamField forms are large

# The largest recording, and what a person may have open at once (uploaded, not yet used).
LECTURE_MAX_BYTES = env.int("VIEWBOX_LECTURE_MAX_BYTES", default=4 * 1024**3)
LECTURE_MAX_BYTES_EDITOR = env.int("VIEWBOX_LECTURE_MAX_BYTES_EDITOR", default=16 * 1024**3)
UPLOAD_QUOTA_BYTES = env.int("VIEWBOX_UPLOAD_QUOTA_BYTES", default=10 * 1024**3)
UPLOAD_QUOTA_BYTES_EDITOR = env.int("VIEWBOX_UPLOAD_QUOTA_BYTES_EDITOR", default=40 * 1024**3)
# Days that an unfinished upload is kept after its last sign of life.
UPLOAD_DAYS = env.int("VIEWBOX_UPLOAD_DAYS", default=7)
# Of each web process's threads, those that uploads may hold at once.
UPLOAD_THREADS = env.int("VIEWBOX_UPLOAD_THREADS", default=3)
# Who sends lectures' files: this process ("files"), nginx ("accel") or a bucket ("s3").
DELIVERY = env("VIEWBOX_DELIVERY", default="files")
# nginx's internal location over MEDIA_ROOT, with a slash at its end.
ACCEL_URL = env("VIEWBOX_ACCEL_URL", default="/_uploads/")
# Another address of MEDIA_ROOT for public lectures: a CDN, with a slash at its end.
DELIVERY_URL = env("VIEWBOX_DELIVERY_URL", default="")
# How long addresses of lectures for signed-in people hold, at least.
SIGNED_URL_S = env.int("VIEWBOX_SIGNED_URL_S", default=6 * 3600)
S3_BUCKET = env("VIEWBOX_S3_BUCKET", default="")
S3_ENDPOINT = env("VIEWBOX_S3_ENDPOINT", default="")  # empty: Amazon's own
S3_REGION = env("VIEWBOX_S3_REGION", default="us-east-1")
S3_ADDRESS_S = 300  # a redirect is followed at once
FFMPEG_BINARY = env("VIEWBOX_FFMPEG", default="")
# How lectures are made: a name of media.pipeline.policy.POLICIES.
LECTURE_POLICY = env("VIEWBOX_LECTURE_POLICY", default="standard")
# Where models for speech recognition lie (docs/lectures.md); none are fetched.
SPEECH_MODELS = env("VIEWBOX_SPEECH_MODELS", default=str(VAR_DIR / "speech"))

# Modules that register item types of rooms above `quizzes`.
QUIZ_ITEM_TYPES = ["cases.item_types"]

# Patients' new names, UIDs and dates follow from it: lost or changed, a follow-up no longer finds
# its place beside the first examination. Empty: derived from SECRET_KEY.
DEIDENTIFICATION_KEY = env("VIEWBOX_DEIDENTIFICATION_KEY", default="")
DICOM_MAX_FILES = env.int("VIEWBOX_DICOM_MAX_FILES", default=20_000)
DICOM_MAX_FILE_BYTES = env.int("VIEWBOX_DICOM_MAX_FILE_BYTES", default=1024**3)
DICOM_MAX_BYTES = env.int("VIEWBOX_DICOM_MAX_BYTES", default=8 * 1024**3)
DICOM_MAX_SECONDS = env.float("VIEWBOX_DICOM_MAX_SECONDS", default=7200.0)

# --- Other systems ----------------------------------------------------------------------------

# The RSA key (PEM) that signs for learning platforms (LTI); empty: one of the hub's own, made
# below PRIVATE_ROOT.
LTI_KEY = env("VIEWBOX_LTI_KEY", default="")
# The learning record store that xAPI statements go to; empty: none are made.
LRS_ENDPOINT = env("VIEWBOX_LRS_ENDPOINT", default="")
LRS_USER = env("VIEWBOX_LRS_USER", default="")
LRS_PASSWORD = env("VIEWBOX_LRS_PASSWORD", default="")
# Longest wait for another system's answer.
OUTSIDE_TIMEOUT_S = env.float("VIEWBOX_OUTSIDE_TIMEOUT_S", default=15.0)

# --- Letters ----------------------------------------------------------------------------------

EMAIL_CONFIG = env.email("EMAIL_URL", default="filemail://")
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
vars().update({key: value for key, value in EMAIL_CONFIG.items() if key != "EMAIL_FILE_PATH"})
# Longest wait for each answer of the mail server; mail about accounts is sent inside requests.
EMAIL_TIMEOUT = env.int("VIEWBOX_EMAIL_TIMEOUT_S", default=10)
# Days that the text of a letter is kept after it was sent.
OUTBOX_KEEP_DAYS = env.int("VIEWBOX_LETTER_DAYS", default=30)

# Notices ride in the session: one cookie less to explain.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Languages --------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en", _("English")),
    ("ru", _("Russian")),
    ("ar", _("Arabic")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Wagtail ----------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = SOCIETY_SHORT_NAME
WAGTAILADMIN_BASE_URL = env("VIEWBOX_BASE_URL", default="http://localhost:8000")
WAGTAILIMAGES_IMAGE_MODEL = "pages.SiteImage"
WAGTAILDOCS_DOCUMENT_MODEL = "pages.SiteDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024**2
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"bmp": "png", "avif": "avif", "webp": "webp"}
WAGTAILIMAGES_AVIF_QUALITY = 62
WAGTAILIMAGES_WEBP_QUALITY = 78
# Passwords and addresses are changed on the account pages, with confirmation and by nobody else.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {
            "features": [
                "h2",
                "h3",
                "bold",
                "italic",
                "ol",
                "ul",
                "superscript",
                "subscript",
                "link",
                "document-link",
            ]
        },
    },
}
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILADMIN_PERMITTED_LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
WAGTAILADMIN_LOGIN_URL = LOGIN_URL

# --- Safety -----------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail previews a page in a frame of its own admin
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hub.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
# Whoever else sends lectures' files: a bucket, a CDN.
S3_ORIGIN = (
    "/".join(S3_ENDPOINT.split("/")[:3]) or f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com"
)
for _origin in [
    *([S3_ORIGIN] if DELIVERY == "s3" else []),
    *(["/".join(DELIVERY_URL.split("/")[:3])] if "//" in DELIVERY_URL else []),
]:
    for _directive in ("img-src", "media-src", "connect-src"):
        CONTENT_SECURITY_POLICY["DIRECTIVES"][_directive].append(_origin)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("VIEWBOX_LOG_LEVEL", default="WARNING")},
    "loggers": {"jobs": {"level": "INFO"}, "media": {"level": "INFO"}},
}
