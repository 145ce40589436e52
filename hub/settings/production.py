"""A society's server. Every secret and address comes from the environment (docs/operations.md)."""

from .base import *  # noqa: F403  settings modules build on each other by design
from .base import FILE_UPLOAD_TEMP_DIR, env

SECRET_KEY = env("VIEWBOX_SECRET_KEY")
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
ALLOWED_HOSTS = env.list("VIEWBOX_HOSTS")
VIEWBOX_STAFF_MFA = env.bool("VIEWBOX_STAFF_MFA", default=True)
SECURE_SSL_REDIRECT = env.bool("VIEWBOX_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # the load balancer asks over plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("VIEWBOX_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
