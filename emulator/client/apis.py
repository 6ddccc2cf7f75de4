"""The emulated APIs, as a test calls them: which there are and what they can do is learned from the emulator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from emulator.client.address import SandboxAddress

Json = dict[str, Any]


class LeaveOut:
    """What a field is set to that is not to be sent at all."""

    def __repr__(self) -> str:
        return "LEAVE_OUT"


LEAVE_OUT = LeaveOut()


class NotCreated(AssertionError):
    """Create Case said no: its status, and its answer as JSON or text."""

    def __init__(self, status: int, answer: object) -> None:
        super().__init__(f"Create Case answered {status}: {answer}")
        self.status, self.answer = status, answer


@dataclass(frozen=True)
class Api:
    """One emulated API, called with the key of the sandbox."""

    address: SandboxAddress
    provider: str
    _seeds: "count[int]" = field(default_factory=lambda: count(1), repr=False)

    def create_case(self, **fields: Any) -> Json:
        """Open a case and return the answer; raise NotCreated.

        What is not given is filled with valid made-up values, the same in every run. Objects are merged, so that
        `create_case(client={"name": "Jo Denied"})` changes the name alone; LEAVE_OUT takes a field away.
        """
        drawn = self._draw()
        status, answer = self._post(drawn, _merged(drawn["body"], fields), {})
        if status != 201:
            raise NotCreated(status, answer)
        created: Json = answer
        return created

    def sample(self, **fields: Any) -> Json:
        """Return a body that `create_case` would send."""
        merged: Json = _merged(self._draw()["body"], fields)
        return merged

    def send(self, body: Any, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Send just that body to Create Case, with these headers too; return status and answer (JSON, else text)."""
        return self._post(self._draw(), body, headers or {})

    def call(self, operation: str, body: Any = None, **path: Any) -> tuple[int, Any]:
        """Call any operation of the API by its name, as in `call("read_case", id=1)`; return status and answer.

        `path` fills the arguments of its path. Raise LookupError for an operation that the API does not have.
        """
        known = {one["name"]: one for one in self._learned["operations"]}
        if operation not in known:
            raise LookupError(f"{self.provider} has no operation {operation}; it has {', '.join(known)}")
        chosen = known[operation]
        headers = {**self._learned["key"], "Content-Type": "application/json"}
        return self.address.control.call(chosen["method"], chosen["path"].format(**path), body, headers)

    @cached_property
    def _learned(self) -> Json:
        """What the emulator tells of this API: its operations, and the header that opens the sandbox."""
        found: list[Json] = self.address.ask("GET", "providers")["providers"]
        return next(one for one in found if one["name"] == self.provider)

    def _draw(self) -> Json:
        drawn: Json = self.address.ask("GET", f"samples/{self.provider}", seed=next(self._seeds))
        return drawn

    def _post(self, drawn: Mapping[str, Any], body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        return self.address.control.call("POST", drawn["path"], body, {**drawn["headers"], **headers})


def _merged(value: Any, changes: Any) -> Any:
    if not isinstance(changes, dict):
        return changes
    before = value if isinstance(value, dict) else {}
    together = before | {name: _merged(before.get(name), change) for name, change in changes.items()}
    return {name: part for name, part in together.items() if part is not LEAVE_OUT}
