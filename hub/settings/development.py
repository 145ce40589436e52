"""One machine, no configuration: what `make run` uses."""

import secrets

from .base import *  # noqa: F403  settings modules build on each other by design
from .base import FILE_UPLOAD_TEMP_DIR, STATIC_ROOT, VAR_DIR, env


def _kept_secret() -> str:
    """A key of this checkout's own, so that sessions outlive a restart without a fixed secret."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text().strip()


DEBUG = env.bool("VIEWBOX_DEBUG", default=False)
SECRET_KEY = env("VIEWBOX_SECRET_KEY", default="") or _kept_secret()
ALLOWED_HOSTS = env.list("VIEWBOX_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = DEBUG
INTERNAL_IPS = ["127.0.0.1"]
