"""The WSGI door: `granian --interface wsgi hub.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
application = get_wsgi_application()

from quizzes.beats import start_beating  # noqa: E402  after Django's set-up

start_beating()
