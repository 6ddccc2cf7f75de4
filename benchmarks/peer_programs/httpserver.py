"""A pytest-httpserver that expects the POST, outside of a test: `httpserver.py PORT ANSWER`."""

import json
import logging
import sys
from threading import Event

from pytest_httpserver import HTTPServer

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # or each request is written to a terminal that is not there
    server = HTTPServer("127.0.0.1", int(sys.argv[1]))
    expected = server.expect_request("/integrations/core/cases", "POST")
    expected.respond_with_json(json.loads(sys.argv[2]), status=201)
    server.start()
    Event().wait()
