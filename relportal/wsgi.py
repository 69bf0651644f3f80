"""WSGI entry point: `gunicorn relportal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")
application = get_wsgi_application()
