"""Adds a case for the viewer's journey to a running hub; prints its address and slug as JSON.

Run as a script in the hub's own environment (`python -m tests.journeys.viewer_case SLUG`).
"""

import json
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()

    from tests.factories import make_case

    case = make_case(slug=sys.argv[1], title="A stack to scroll")
    print(json.dumps({"slug": case.slug, "url": case.url}))  # noqa: T201  the script's result
