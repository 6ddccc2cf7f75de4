"""Serve the files of the folder `static`, compressed once; browsers cache them until the version changes."""

import gzip
from functools import lru_cache
from importlib.resources import files

from flask import Response, request
from werkzeug.exceptions import NotFound

from emulator.ui.api_client import ApiClient
from emulator.ui.rendering import takes_gzip

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "txt": "text/plain; charset=utf-8"}
TYPES |= {"svg": "image/svg+xml"}


def show(api: ApiClient, name: str) -> Response:
    """Return a file of that folder; raise NotFound for any other name."""
    plain, packed = _read(name)
    compress = takes_gzip()
    answer = Response(packed if compress else plain, content_type=TYPES[name.rpartition(".")[2]])
    if compress:
        answer.headers["Content-Encoding"] = "gzip"
    # Pages name the version in the address of an asset, so a cached one never goes stale.
    answer.headers["Cache-Control"] = "public, max-age=86400" if "v" in request.args else "no-cache"
    return answer


@lru_cache(maxsize=64)
def _read(name: str) -> tuple[bytes, bytes]:
    for file in files("emulator.ui").joinpath("static").iterdir():
        if file.name == name and name.rpartition(".")[2] in TYPES:
            plain = file.read_bytes()
            return plain, gzip.compress(plain, 9, mtime=0)
    raise NotFound
