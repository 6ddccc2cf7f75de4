"""Record what the server itself refused: no application saw it, and somebody will look for it."""

import logging
from collections.abc import Callable

from flask import Response

from emulator.core.clock import WallClock
from emulator.core.errors import Fact
from emulator.core.journal import Journal
from emulator.quick_dataclass import dataclass
from emulator.server.refusals import RefusalReport
from emulator.web.credentials import EXPIRED, sandbox_meant
from emulator.web.journalling import Answered, write_exchange
from emulator.web.provider import Provider
from emulator.web.request_metrics import RequestMetrics
from emulator.web.request_state import RequestState
from emulator.web.sandbox_path import PREFIXED

log = logging.getLogger("emulator.requests")
UNREAD = "?"  # stands for a verb that could not be read


@dataclass(frozen=True, kw_only=True)
class RefusedRequests:
    """Writes refusals of the server into journal, metrics and log."""

    clock: WallClock
    journal: Journal
    request_metrics: RequestMetrics
    provider_of: Callable[[str], Provider | None]  # by path

    def note(self, refused: RefusalReport) -> None:
        """Record a refusal."""
        environ = {"REQUEST_METHOD": UNREAD, **refused.environ}
        if "PATH_INFO" not in environ:
            environ["PATH_INFO"], _, environ["QUERY_STRING"] = environ.get("REQUEST_URI", "").partition("?")
        state = RequestState(fact=Fact(refused.detail))
        if (match := PREFIXED.fullmatch(environ["PATH_INFO"])) and match[1] != EXPIRED:
            state.path_sandbox, environ["PATH_INFO"] = match[1], match[2] or "/"
        provider = self.provider_of(environ["PATH_INFO"])
        state.sandbox = sandbox_meant(state, provider.credential(environ) if provider else None)
        name = provider.name if provider else None
        self.request_metrics.count(name or "emulator", refused.status, 0, created=False)
        response = Response(refused.answer, refused.status, content_type="text/plain; charset=utf-8")
        write_exchange(self.journal, Answered(state, environ, response, name, self.clock.now(), 0, [refused.detail]))
        self._log(name, environ, state, refused)

    def _log(self, name: str | None, environ: dict[str, str], state: RequestState, refused: RefusalReport) -> None:
        where = f" sandbox {state.sandbox}" if state.sandbox else ""
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'][:300]}"
        fields = {"sandbox": state.sandbox, "provider": name}
        log.info("%s %s %d%s (%s)", name or "emulator", asked, refused.status, where, refused.detail, extra=fields)
