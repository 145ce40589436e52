"""Queries, bytes and requests per second of each page type, beside a bare Django view.

``python -m bench.pages`` measures the hub whose environment it runs in (load the demo first).
The baseline, ``bare view``, answers "ok" through the same middleware.
"""

import gzip
import os
import time
from collections.abc import Callable

REPEATS = 20


def _addresses() -> dict[str, str]:
    from cases.models import CasePage  # noqa: PLC0415  after django.setup()
    from courses.models import CoursePage, LessonPage  # noqa: PLC0415
    from hub.models import EventPage, NewsPage, ResourcePage  # noqa: PLC0415
    from pages.models import DepartmentPage  # noqa: PLC0415

    found = {"home": "/en/"}
    found |= {name: f"/en/{name}/" for name in ("courses", "cases", "events", "news", "guidelines")}
    types = (CoursePage, LessonPage, CasePage, EventPage, NewsPage, ResourcePage, DepartmentPage)
    for model in types:
        page = model.objects.live().filter(locale__language_code="en").first()
        if page:
            found[model.__name__] = page.url
    return found


def _rate(fetch: Callable[[], object]) -> float:
    fetch()
    start = time.perf_counter()
    for _ in range(REPEATS):
        fetch()
    return REPEATS / (time.perf_counter() - start)


def main() -> None:
    """Print one line a page type."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django  # noqa: PLC0415

    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(headers={"host": "localhost"})
    bare = _rate(lambda: client.get("/robots.txt"))
    print(f"{'bare view':<18} {bare:8.0f}/s")
    print(f"{'page':<18} {'queries':>7} {'kB':>7} {'kB gz':>7} {'rate/s':>8} {'of bare':>8}")
    for name, address in _addresses().items():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            count = len(queries)
        if response.status_code != 200:
            print(f"{name:<18} answered {response.status_code}")
            continue
        body = response.content
        rate = _rate(lambda address=address: client.get(address))
        print(
            f"{name:<18} {count:>7} {len(body) / 1000:>7.1f} "
            f"{len(gzip.compress(body)) / 1000:>7.1f} {rate:>8.1f} {rate / bare:>8.3f}"
        )


if __name__ == "__main__":
    main()
