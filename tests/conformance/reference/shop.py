"""Settings, models and the set-up of the reference: Django with REST framework on a database in memory."""

from typing import Any

import django
from django.conf import settings
from django.db import connection

APP = "tests.conformance.reference.app"


def set_up() -> Any:
    """Configure Django once in this process, with what a new sandbox and the start of the run hold; return a client."""
    settings.configure(
        DEBUG=False,
        SECRET_KEY="reference",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django_filters", "rest_framework"],
        ROOT_URLCONF=f"{APP}.urls",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        REST_FRAMEWORK={
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()
    from tests.conformance.reference.app import models  # Django's models want its settings

    with connection.schema_editor() as editor:
        for model in (models.Customer, models.Config, models.Case, models.Check, models.Document):
            editor.create_model(model)
    models.begin()
    from django.test import Client

    return Client(raise_request_exception=False)
