"""The settings of the site, most of them from its environment."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-development")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
ROOT_URLCONF = "screening.urls"
USE_TZ = True
# Where the states of customers are kept; a real site has a database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

SPHINXHQ_BASE_URL = os.environ.get("SPHINXHQ_BASE_URL", "")
SPHINXHQ_SESSION_ID = os.environ.get("SPHINXHQ_SESSION_ID", "")
# How Sphinx reaches this site. The last part is a secret, because Sphinx documents no signature of its webhooks.
WEBHOOK_URL = os.environ.get("WEBHOOK_URL", "https://screening.acme.com/webhooks/sphinx/5f1c0d/")
