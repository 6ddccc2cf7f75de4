"""The settings of the Django project, with a database for pytest-django's server."""

from settings import *  # noqa: F403

STATIC_URL = "static/"  # which the server of pytest-django asks for
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
