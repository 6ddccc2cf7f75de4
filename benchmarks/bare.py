"""What the emulator is compared with: `bare.py PORT_FILE THREADS [PORT]` serves a constant."""

import sys
from pathlib import Path

import waitress
from flask import Flask, Response

ANSWER = '{"case_id":1024,"external_id":"order-9281","status":"in_progress","client":{"id":8843,"name":"John Doe"}}'


def bare_app() -> Flask:
    """An application with one view, which looks at nothing and stores nothing."""
    app = Flask("bare", static_folder=None)
    app.add_url_rule(
        "/", "constant", lambda: Response(ANSWER, content_type="application/json"), methods=["GET", "POST"]
    )
    return app


def main(port_file: str, threads: str, port: str = "0") -> None:
    """Serve until killed; the port is in the file once requests are taken."""
    app, many = bare_app(), int(threads)
    server = waitress.create_server(app, host="127.0.0.1", port=int(port), threads=many, asyncore_use_poll=True)
    written = Path(port_file + ".new")
    written.write_text(f"{server.effective_port}\n", encoding="utf-8")
    written.replace(port_file)
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
