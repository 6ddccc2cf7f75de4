"""Select a sandbox by the path prefix /s/<name>, for callers that cannot choose their credential."""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from emulator.web.credentials import EXPIRED
from emulator.web.public_address import PublicAddress
from emulator.web.request_state import state_of

PREFIXED = re.compile(r"/s/([a-z0-9_-]{1,64})(/.*)?", re.DOTALL)


def select_by_path(app: WSGIApplication, public: PublicAddress) -> WSGIApplication:
    """Return an application that strips mount and prefix off the path, notes the sandbox and calls `app`."""

    def select(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        state = state_of(environ)
        public.enter(environ)
        path = environ.get("PATH_INFO", "")
        match = PREFIXED.fullmatch(path) if path.startswith("/s/") else None
        if match and match[1] != EXPIRED:
            state.path_sandbox = match[1]
            environ["PATH_INFO"] = match[2] or "/"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + f"/s/{match[1]}"
        return app(environ, start_response)

    return select
