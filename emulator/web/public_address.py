"""The address at which others reach this emulator, as --public-url names it: its origin, and the path it is below."""

from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

from emulator.quick_dataclass import dataclass
from emulator.web.provider import Provider
from emulator.web.request_state import state_of

USUAL_PORTS = {"http": ":80", "https": ":443"}
CONTROL = "/_emulator/"


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Without --public-url both texts are empty, and nothing changes."""

    origin: str = ""  # as browsers write it
    mount: str = ""  # the path, without a slash at its end
    own_paths: frozenset[str] = frozenset()  # of the APIs, which are answered without the mount as well

    def enter(self, environ: WSGIEnvironment) -> None:
        """Note where the application is mounted, and take the mount off the path if the proxy has left it there."""
        state = state_of(environ)
        state.public_origin = self.origin
        if self.mount and not state.is_internal:
            environ["SCRIPT_NAME"] = self.mount
            environ["PATH_INFO"] = self._below(environ.get("PATH_INFO", ""))
        state.mount = environ.get("SCRIPT_NAME", "")

    def _below(self, path: str) -> str:
        if path == self.mount:
            return "/"
        below = path.removeprefix(f"{self.mount}/")
        # A caller on this machine needs no proxy: with the mount /api, /api/cases/ is a path of an API as it stands.
        if below == path or (self._is_own(path) and not self._is_own(f"/{below}")):
            return path
        return f"/{below}"

    def _is_own(self, path: str) -> bool:
        return any(f"{path}/".startswith(own) for own in self.own_paths)


def public_address(url: str | None, providers: Iterable[Provider]) -> PublicAddress:
    """Return the parts of a URL that `read_public_url` has read; None stands for no --public-url."""
    if url is None:
        return PublicAddress()
    own = {f"{operation.path.partition('{')[0].rstrip('/')}/" for p in providers for operation in p.operations}
    return PublicAddress(origin_of(url), urlsplit(url).path, frozenset({CONTROL, *own}))


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, or of an Origin header, as browsers write them."""
    scheme, _, rest = url.lower().partition("://")
    authority = rest.partition("/")[0]
    return f"{scheme}://{authority.removesuffix(USUAL_PORTS.get(scheme, ':'))}"
