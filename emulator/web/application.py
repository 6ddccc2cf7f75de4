"""A Flask application without the work that this emulator does not need."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request
from werkzeug import Request as WerkzeugRequest
from werkzeug.datastructures import ImmutableDict
from werkzeug.routing import IntegerConverter, Map, MapAdapter, Rule, RuleFactory

LARGEST_STORED = 2**63 - 1
MOST_DIGITS = 30  # of a number in a path; the largest that is stored has 19
MOST_KEPT = 256  # paths, and hosts
LONGEST_KEPT = 200  # characters of a path
Function = TypeVar("Function", bound=Callable[..., object])


class LazyRule(Rule):
    """A route that compiles its URL builder on first use: to compile all of them takes a tenth of the start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now: Callable[[bool], Callable[..., tuple[str, str]]] = super()._compile_builder
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown).__get__(rule, None))
            return compiled[0](**values)

        return build


class Number(IntegerConverter):
    """A number in a path, however large and whatever its sign: the route says that nothing has it."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002 (Werkzeug's name)
        super().__init__(map, *args, **{"signed": True, **options})

    def to_python(self, value: str) -> int:
        """Return the number; of one that is too long for any store the first digits, which are too many as well."""
        digits = value.lstrip("-").lstrip("0")[:MOST_DIGITS] or "0"
        return -int(digits) if value.startswith("-") else int(digits)


class PlainMap(Map):
    """A map of routes that remembers which it found for the latest paths.

    It ignores the wish for a WebSocket, as servers may that do not speak it (RFC 9110, 7.8).
    """

    default_converters = ImmutableDict({**Map.default_converters, "int": Number})

    def __init__(self, *args: Any, **options: Any) -> None:
        self.found: dict[tuple[str, str], tuple[Rule, Mapping[str, Any]]] = {}  # by verb and path
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        self.found.clear()
        super().add(rulefactory)

    def bind_to_environ(
        self, environ: WSGIEnvironment | WerkzeugRequest, server_name: str | None = None, subdomain: str | None = None
    ) -> MapAdapter:
        """Return the routes for this request; Werkzeug would answer 400 to the wish on every path."""
        plain = environ if isinstance(environ, dict) else environ.environ
        if "HTTP_UPGRADE" in plain:
            plain = {name: value for name, value in plain.items() if name != "HTTP_UPGRADE"}
        return super().bind_to_environ(plain, server_name, subdomain)


class PlainAdapter(MapAdapter):
    """The routes as one request sees them."""

    map: PlainMap

    def match(self, *args: Any, **options: Any) -> Any:  # the types of Werkzeug's are four overloads
        """Return the endpoint, or the rule, and the arguments in the path; raise what Werkzeug raises."""
        if args or options != {"return_rule": True}:
            return super().match(*args, **options)
        wanted = self.default_method, self.path_info
        found = self.map.found.get(wanted) or self._look_up(wanted)
        return found[0], dict(found[1])

    def _look_up(self, wanted: tuple[str, str]) -> tuple[Rule, Mapping[str, Any]]:
        found = super().match(return_rule=True)
        if sum(map(len, wanted)) <= LONGEST_KEPT:  # callers choose the paths, so what is kept has to be bounded
            if len(self.map.found) >= MOST_KEPT:
                self.map.found.clear()
            self.map.found[wanted] = found
        return found


@lru_cache(maxsize=MOST_KEPT)
def _server_name(scheme: str, host: str | None, name: str, port: str) -> str:
    """Return the host and port of these variables as Werkzeug writes them; raise what it raises."""
    environ = {"wsgi.url_scheme": scheme, "HTTP_HOST": host, "SERVER_NAME": name, "SERVER_PORT": port}
    return Map().bind_to_environ({**environ, "REQUEST_METHOD": "GET"}, subdomain="").server_name


def _as_text(value: str) -> str:
    """Return a variable of WSGI, which has bytes as characters, as text."""
    return value if value.isascii() else value.encode("latin-1").decode(errors="replace")


class Application(Flask):
    """A Flask that does not check, eight times a request, whether one of our functions is a coroutine."""

    url_map: PlainMap
    url_map_class = PlainMap
    url_rule_class = LazyRule

    def ensure_sync(self, func: Function) -> Function:
        """Return the function unchanged: none of ours is async."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the routes for this request, as Flask does, but without reading its host three times."""
        if request is None or self.config["SERVER_NAME"] or self.config.get("TRUSTED_HOSTS"):
            return super().create_url_adapter(request)
        environ = request.environ
        scheme, query = environ["wsgi.url_scheme"], environ.get("QUERY_STRING", "")
        host = _server_name(scheme, environ.get("HTTP_HOST"), environ["SERVER_NAME"], environ["SERVER_PORT"])
        script, path = _as_text(environ.get("SCRIPT_NAME", "")), _as_text(environ.get("PATH_INFO", ""))
        return PlainAdapter(self.url_map, host, script, "", scheme, path, environ["REQUEST_METHOD"], _as_text(query))
