"""Pages of other sites that may use the emulated APIs: those that were named, and nothing beyond the APIs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Response

HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,4000}")
LONGEST_MEMORY = "600"  # seconds a browser may remember what a preflight was told


@dataclass(frozen=True)
class Cors:
    """The origins that were named; with none of them, nothing here does anything."""

    origins: frozenset[str] = frozenset()

    def welcomes(self, environ: Mapping[str, str]) -> bool:
        """Does a page send this that was named?"""
        return environ.get("HTTP_ORIGIN") in self.origins

    def preflight(self, environ: Mapping[str, str], verbs: Iterable[str]) -> Response | None:
        """What a browser is told that asks beforehand; None: nobody asks, or not for a page that was named."""
        is_asked = environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        if not (is_asked and self.welcomes(environ)):
            return None
        told = {
            "Access-Control-Allow-Methods": ", ".join(dict.fromkeys(verbs)),
            "Access-Control-Max-Age": LONGEST_MEMORY,
        }
        headers = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        if HEADER_NAMES.fullmatch(headers):
            told["Access-Control-Allow-Headers"] = headers
        answer = Response(status=204, headers=told)
        answer.headers.remove("Content-Type")
        return answer

    def open_up(self, environ: Mapping[str, str], response: Response) -> None:
        """Let the page read the answer, if it was named; either way a cache has to tell pages apart."""
        if not self.origins:
            return
        response.vary.add("Origin")
        if self.welcomes(environ):
            response.headers["Access-Control-Allow-Origin"] = environ["HTTP_ORIGIN"]
            response.headers["Access-Control-Allow-Credentials"] = "true"  # a session is a cookie
