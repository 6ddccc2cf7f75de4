"""What every page is answered with: its bytes, packed where that is worth it, and headers that keep it to itself."""

import gzip

from flask import Response, request

# Nothing but what our own pages load: no inline script or style, no other host, no frame around us.
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
STOP_POLLING = 286  # htmx's own status: this was the last answer


def html(text: str, status: int = 200) -> Response:
    """An answer that is a page, or a part of one."""
    return Response(text.encode("utf-8", "replace"), status, content_type="text/html; charset=utf-8")


def protect(response: Response) -> Response:
    """The same with the headers that keep a page to itself, and packed where that is worth it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.vary.add("Accept-Encoding")
    told = response.get_data()
    if len(told) > WORTH_PACKING and "Content-Encoding" not in response.headers and takes_gzip():
        response.set_data(gzip.compress(told, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip() -> bool:
    """Can the caller unpack?"""
    return request.accept_encodings["gzip"] > 0
