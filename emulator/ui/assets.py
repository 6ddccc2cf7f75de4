"""Style sheet, scripts and marks, as they lie beside this module; packed once, and kept by browsers for a version."""

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
    """One of the files that lie there, and nothing else."""
    plain, packed = _read(name)
    takes = takes_gzip()
    answer = Response(packed if takes else plain, content_type=TYPES[name.rpartition(".")[2]])
    if takes:
        answer.headers["Content-Encoding"] = "gzip"
    # The address of an asset names the version, so what is kept never goes stale.
    answer.headers["Cache-Control"] = "public, max-age=86400" if "v" in request.args else "no-cache"
    return answer


@lru_cache(maxsize=64)
def _read(name: str) -> tuple[bytes, bytes]:
    for file in files("emulator.ui").joinpath("static").iterdir():
        if file.name == name and name.rpartition(".")[2] in TYPES:
            plain = file.read_bytes()
            return plain, gzip.compress(plain, 9, mtime=0)
    raise NotFound
