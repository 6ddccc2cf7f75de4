"""Flask with its development server."""

import json
import sys
from pathlib import Path

from flask import Flask, request
from werkzeug.serving import make_server

folder = Path(sys.argv[1])
app = Flask(__name__)


@app.post("/<name>")
def receive(name):
    folder.joinpath(f"{name}.body").write_bytes(request.get_data())
    told = {"event": request.headers.get("X-Workflow-Event-Type"), "read": request.get_json()}
    folder.joinpath(f"{name}.json").write_text(json.dumps(told), "utf-8")
    return "", 204


server = make_server("127.0.0.1", 0, app)
print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201 - the test reads it
server.serve_forever()
