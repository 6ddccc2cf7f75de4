"""What other servers than ours, and the adapters of ASGI servers, leave open in the environ of a request."""

from io import BytesIO
from wsgiref.types import WSGIEnvironment

from emulator.server.limits import BODY_BYTES


class UnreadableBody(Exception):
    """The body of a request cannot be read; the text says why."""


def is_one_of_several(environ: WSGIEnvironment) -> bool:
    """Return whether several processes serve the application.

    The adapters of ASGI servers say so of one process, too, but they do not name a server.
    """
    return bool(environ.get("wsgi.multiprocess")) and _names_its_server(environ)


def measure_body(environ: WSGIEnvironment) -> None:
    """Enter the length of a body that came without one, in chunks or by HTTP/2; raise UnreadableBody."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        if not (length.isascii() and length.isdecimal()):
            raise UnreadableBody("Content-Length is no number")
        return
    # Others give no end to what they received: to read on would wait for the next request.
    if environ.get("wsgi.input_terminated") or not _names_its_server(environ):
        body = _read(environ)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body)) if body else ""


def _read(environ: WSGIEnvironment) -> bytes:
    """Return the body, or so much of it that whoever has to judge it finds that it is too large."""
    try:
        body: bytes = environ["wsgi.input"].read(BODY_BYTES + 1)
    except (OSError, ValueError) as error:  # bad chunks, or nobody sends the rest
        raise UnreadableBody("the body is not complete, or its chunks are none") from error
    return body


def _names_its_server(environ: WSGIEnvironment) -> bool:
    return "SERVER_SOFTWARE" in environ or "uwsgi.version" in environ
