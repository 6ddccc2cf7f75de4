"""Django with the server behind `manage.py runserver`."""

import json
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

folder = Path(sys.argv[1])


@csrf_exempt
def receive(request, name):
    folder.joinpath(f"{name}.body").write_bytes(request.body)
    told = {"event": request.headers.get("X-Workflow-Event-Type"), "read": json.loads(request.body)}
    folder.joinpath(f"{name}.json").write_text(json.dumps(told), "utf-8")
    return HttpResponse()


urlpatterns = [path("<name>", receive)]
settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="only for a test", ALLOWED_HOSTS=["127.0.0.1"])
django.setup()
server = WSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
server.set_app(get_wsgi_application())
print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201 - the test reads it
server.serve_forever()
