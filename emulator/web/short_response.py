"""An answer that was made whole, handed to the server as it is."""

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response

# Status lines by status, with Python's reason phrases; that of 422 is the documented one, Python's own is older.
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
STATUS_LINES[422] = "422 Unprocessable Content"


class ShortResponse(Response):
    """A response with a body of bytes, a status line of ours and a Content-Length.

    Werkzeug looks through the headers of every answer for what it might have to mend, and wraps the body for what is
    to happen when it was sent. Where neither can be, this leaves it out: a twentieth of a create's time.
    """

    def __init__(self, body: bytes, status: int, *, content_type: str) -> None:
        super().__init__(body, STATUS_LINES[status], content_type=content_type)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as any response does."""
        is_bare = environ["REQUEST_METHOD"] == "HEAD" or self.status_code not in (200, 201) or self._on_close
        if is_bare or not isinstance(self.response, list) or "Content-Length" not in self.headers:
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return self.response
