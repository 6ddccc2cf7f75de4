"""The path prefix /s/<name> selects a sandbox, for callers that cannot choose their credential."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from emulator.web.credentials import EXPIRED
from emulator.web.request_state import state_of

PREFIXED = re.compile(r"/s/([a-z0-9_-]{1,64})(/.*)?", re.DOTALL)
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def select_by_path(app: Wsgi) -> Wsgi:
    """The same application, with the prefix taken off the path and noted."""

    def select(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        state = state_of(environ)
        state.mount = environ.get("SCRIPT_NAME", "")
        path = environ.get("PATH_INFO", "")
        match = PREFIXED.fullmatch(path) if path.startswith("/s/") else None
        if match and match[1] != EXPIRED:
            state.path_sandbox = match[1]
            environ["PATH_INFO"] = match[2] or "/"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + f"/s/{match[1]}"
        return app(environ, start_response)

    return select
