"""Let pages of the origins that were named use the emulated APIs, and nothing beyond the APIs."""

import re
from collections.abc import Iterable, Mapping

from flask import Response

from emulator.quick_dataclass import dataclass

HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,4000}")
LONGEST_MEMORY = "600"  # seconds a browser may remember the answer to a preflight


@dataclass(frozen=True)
class Cors:
    """The origins whose pages may use the APIs; without any, no method here does anything."""

    origins: frozenset[str] = frozenset()

    def welcomes(self, environ: Mapping[str, str]) -> bool:
        """Return whether a page of such an origin sends this request."""
        return environ.get("HTTP_ORIGIN") in self.origins

    def preflight(self, environ: Mapping[str, str], verbs: Iterable[str]) -> Response | None:
        """Return the answer to a browser's preflight; None if this is none, or none for an origin that was named."""
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        if not (is_preflight and self.welcomes(environ)):
            return None
        methods = ", ".join(dict.fromkeys(verbs))
        allowed = {"Access-Control-Allow-Methods": methods, "Access-Control-Max-Age": LONGEST_MEMORY}
        names = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        if HEADER_NAMES.fullmatch(names):
            allowed["Access-Control-Allow-Headers"] = names
        answer = Response(status=204, headers=allowed)
        answer.headers.remove("Content-Type")
        return answer

    def open_up(self, environ: Mapping[str, str], response: Response) -> None:
        """Let a page of such an origin read the answer; every answer says that it depends on the origin, for caches."""
        if not self.origins:
            return
        response.vary.add("Origin")
        if self.welcomes(environ):
            response.headers["Access-Control-Allow-Origin"] = environ["HTTP_ORIGIN"]
            response.headers["Access-Control-Allow-Credentials"] = "true"  # because a session is a cookie
