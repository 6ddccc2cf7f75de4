"""Which requests are quick: those whose operations say so; where they are answered, nothing may wait."""

import re
from collections.abc import Iterable

from emulator.web.provider import Operation
from emulator.web.sandbox_path import PREFIXED

# Of the control API only this; it is named here, because a start does not import that API.
LIVE = Operation(name="live", verb="GET", path="/_emulator/livez", is_quick=True)
ARGUMENT = re.compile(r"\\{\w+\\}")


class QuickRequests:
    """Finds the quick operation that a request asks for, below the path prefix of a sandbox as well."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        quick = [operation for operation in operations if operation.is_quick]
        self._plain = {(one.verb, one.path): str(one) for one in quick if "{" not in one.path}
        self._patterns = [(one.verb, _pattern(one.path), str(one)) for one in quick if "{" in one.path]

    def route_of(self, verb: str, path: str) -> str | None:
        """Return the operation as text, like `POST /path`; None for a request that is not known to be quick."""
        if path.startswith("/s/") and (match := PREFIXED.fullmatch(path)):
            path = match[2] or "/"
        return self._plain.get((verb, path)) or next(
            (route for known, pattern, route in self._patterns if known == verb and pattern.fullmatch(path)), None
        )


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(ARGUMENT.sub("[^/]+", re.escape(path)))
