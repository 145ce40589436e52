"""`GET /healthz`: is everything there that the hub needs?"""

import tempfile
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.domain.queue import living_workers, queue_depth
from media.pipeline.ffmpeg_binary import find_ffmpeg


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _storage() -> bool:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as probe:
        return probe.write(b"ok") == 2


def _worker() -> bool:
    return living_workers() > 0


def _ffmpeg() -> bool:
    return bool(find_ffmpeg(settings.FFMPEG_BINARY))


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001  whatever is wrong, the answer is "not well"
        return False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """JSON of what works; 503 when a part is missing. Tells nothing but yes or no."""
    parts = {
        "database": _holds(_database),
        "storage": _holds(_storage),
        "worker": _holds(_worker),
        "ffmpeg": _holds(_ffmpeg),
    }
    depth = queue_depth() if parts["database"] else None
    return JsonResponse({**parts, "queue_depth": depth}, status=200 if all(parts.values()) else 503)
