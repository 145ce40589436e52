"""The tests' settings: quick password hashing, mail in memory, files in a throw-away folder."""

import atexit
import secrets
import shutil
import tempfile
from pathlib import Path

from .base import *  # noqa: F403  settings modules build on each other by design
from .base import CACHES, DATABASES, STORAGES

SECRET_KEY = "only-for-tests"  # noqa: S105  guards nothing outside the test run
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver", "example.com"]
# Each process has its own. Nothing is made here: type checkers read these settings too.
VAR_DIR = Path(tempfile.gettempdir(), f"viewbox-tests-{secrets.token_hex(8)}")
atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "uploads"
PRIVATE_ROOT = VAR_DIR / "private"
WORK_ROOT = VAR_DIR / "work"
FILE_UPLOAD_TEMP_DIR = None
STORAGES["private"]["OPTIONS"]["location"] = PRIVATE_ROOT
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
VIEWBOX_STAFF_MFA = False
DATABASES["default"]["CONN_MAX_AGE"] = 0
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
