"""A Flask application without the work that this emulator does not need."""

from collections.abc import Callable
from typing import Any, TypeVar
from wsgiref.types import WSGIEnvironment

from flask import Flask
from werkzeug import Request
from werkzeug.datastructures import ImmutableDict
from werkzeug.routing import IntegerConverter, Map, MapAdapter, Rule

LARGEST_STORED = 2**63 - 1
MOST_DIGITS = 30  # of a number in a path; the largest that is stored has 19
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
    """A map of routes that ignores the wish for a WebSocket, as servers may that do not speak it (RFC 9110, 7.8)."""

    default_converters = ImmutableDict({**Map.default_converters, "int": Number})

    def bind_to_environ(
        self, environ: WSGIEnvironment | Request, server_name: str | None = None, subdomain: str | None = None
    ) -> MapAdapter:
        """Return the routes for this request; Werkzeug would answer 400 to the wish on every path."""
        plain = environ if isinstance(environ, dict) else environ.environ
        if "HTTP_UPGRADE" in plain:
            plain = {name: value for name, value in plain.items() if name != "HTTP_UPGRADE"}
        return super().bind_to_environ(plain, server_name, subdomain)


class Application(Flask):
    """A Flask that does not check, eight times a request, whether one of our functions is a coroutine."""

    url_map_class = PlainMap
    url_rule_class = LazyRule

    def ensure_sync(self, func: Function) -> Function:
        """Return the function unchanged: none of ours is async."""
        return func
