"""The WSGI door: `granian --interface wsgi hub.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
application = get_wsgi_application()
