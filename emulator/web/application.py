"""A Flask application without the work that this emulator does not need."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial, update_wrapper
from threading import RLock
from typing import Any, TypeVar
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from werkzeug import Request as WerkzeugRequest
from werkzeug.datastructures import ImmutableDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import IntegerConverter, Map, MapAdapter, Rule, RuleFactory

from emulator.web.plain_request import PlainRequest

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

    def copy(self) -> "PlainMap":
        """Return a map with the same routes, to which others can be added while this one is used."""
        copied = PlainMap(strict_slashes=self.strict_slashes, merge_slashes=self.merge_slashes)
        copied.converters = self.converters
        for rule in self.iter_rules():
            copied.add(rule.empty())
        return copied

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

    def leads_somewhere(self) -> bool:
        """Return whether a route answers this request, if only by refusing its verb."""
        try:
            self.match(return_rule=True)
        except NotFound:
            return False
        except HTTPException:
            pass
        return True

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


class SharedNullSession(SecureCookieSessionInterface):
    """Sessions as Flask has them, for who sets a secret key; without one nothing can be stored, and one is enough."""

    nobodys = NullSession()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the request; without a secret key the one that refuses to be changed."""
        return super().open_session(app, request) if app.secret_key else self.nobodys


class Application(Flask):
    """A Flask whose routes come in two parts: those that are registered at the start, and those of `register_later`.

    The second part is made when a request needs it, or when somebody looks at `url_map`: to make the control API and
    the pages takes a quarter of a start, and a first create needs neither. Besides, it does not check, eight times a
    request, whether one of our functions is a coroutine.
    """

    request_class = PlainRequest
    url_map_class = PlainMap
    url_rule_class = LazyRule
    is_about_to_stop = False  # readyz says so, and everything is answered as before
    session_interface = SharedNullSession()
    _url_map: PlainMap  # all routes that were registered
    _routes: PlainMap  # those by which requests find their way

    def __init__(self, *args: Any, **options: Any) -> None:
        self._later: Callable[[Application], object] | None = None
        self._is_whole = True
        self._turn = RLock()  # taken twice where what is registered looks at `url_map`
        super().__init__(*args, **options)

    def register_later(self, register: Callable[["Application"], object]) -> None:
        """Call this function, which registers routes, before the first request that no route so far answers."""
        self._later, self._is_whole = register, False

    def finish(self) -> None:
        """Make the routes that are still to be made; other threads go on with those that there are."""
        with self._turn:
            register, self._later = self._later, None
            if register:
                self._register(register)

    def _register(self, register: Callable[["Application"], object]) -> None:
        before, self._url_map = self._url_map, self._url_map.copy()
        try:
            register(self)
        except BaseException:  # a module could not be read, say: the next request tries again
            self._url_map, self._later = before, register
            raise
        self._routes, self._is_whole = self._url_map, True

    @property
    def url_map(self) -> PlainMap:
        """All routes."""
        if not self._is_whole:
            self.finish()
        return self._url_map

    @url_map.setter
    def url_map(self, routes: Map) -> None:
        assert isinstance(routes, PlainMap)
        self._url_map = self._routes = routes

    def _check_setup_finished(self, f_name: str) -> None:
        """Do nothing: Flask refuses what is registered after the first request, because requests may have missed it."""

    def add_url_rule(self, rule: str, endpoint: Any = None, view_func: Any = None, *args: Any, **options: Any) -> None:
        """Register a route, and give its view a name if it has none: extensions of Flask look for one."""
        if isinstance(view_func, partial):
            update_wrapper(view_func, view_func.func)
        super().add_url_rule(rule, endpoint, view_func, *args, **options)

    def ensure_sync(self, func: Function) -> Function:
        """Return the function unchanged: none of ours is async."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the routes for this request, as Flask does, but without reading its host three times."""
        if request is None or self.config["SERVER_NAME"] or self.config.get("TRUSTED_HOSTS"):
            return super().create_url_adapter(request)
        adapter = self._adapter(request.environ)
        if not self._is_whole and not adapter.leads_somewhere():
            self.finish()
            return self._adapter(request.environ)
        return adapter

    def _adapter(self, environ: WSGIEnvironment) -> PlainAdapter:
        scheme, query = environ["wsgi.url_scheme"], environ.get("QUERY_STRING", "")
        host = _server_name(scheme, environ.get("HTTP_HOST"), environ["SERVER_NAME"], environ["SERVER_PORT"])
        script, path = _as_text(environ.get("SCRIPT_NAME", "")), _as_text(environ.get("PATH_INFO", ""))
        return PlainAdapter(self._routes, host, script, "", scheme, path, environ["REQUEST_METHOD"], _as_text(query))
