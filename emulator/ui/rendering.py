"""Make the answers of all pages: compressed if that is worth it, and with headers that protect them."""

import gzip

from flask import Response, request

# Only what the pages themselves load: no inline script or style, no other host, no frame around a page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
WORTH_PACKING = 1_000  # bytes
STOP_POLLING = 286  # the status on which htmx stops polling


def html(text: str, status: int = 200) -> Response:
    """Return an answer of HTML: a page, or a part of one."""
    return Response(text.encode("utf-8", "replace"), status, content_type="text/html; charset=utf-8")


def protect(response: Response) -> Response:
    """Add the headers that protect a page to its answer, and compress a long one if the caller accepts that."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) > WORTH_PACKING and "Content-Encoding" not in response.headers and takes_gzip():
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip() -> bool:
    """Return whether the caller accepts gzip."""
    return request.accept_encodings["gzip"] > 0
