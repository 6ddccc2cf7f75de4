"""The two emulated APIs, as a test calls them to have a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from emulator.client.address import SandboxAddress


class LeaveOut:
    """What a field is set to that is not to be sent at all."""

    def __repr__(self) -> str:
        return "LEAVE_OUT"


LEAVE_OUT = LeaveOut()


class NotCreated(AssertionError):
    """Create Case said no: its status, and its answer as JSON or text."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(f"Create Case answered {status}: {answer}")
        self.status, self.answer = status, answer


@dataclass(frozen=True)
class Api:
    """Create Case of one of the two APIs, with the key of the sandbox."""

    address: SandboxAddress
    provider: str
    _seeds: "count[int]" = field(default_factory=lambda: count(1), repr=False)

    def create_case(self, **fields: Any) -> dict[str, Any]:
        """A new case, as Create Case answers it; raises NotCreated.

        What is not given is filled with valid made-up values, the same in every run. Objects are merged, so that
        `create_case(client={"name": "Jo Denied"})` changes the name alone; LEAVE_OUT takes a field away.
        """
        drawn = self._draw()
        status, answer = self._post(drawn, _merged(drawn["body"], fields), {})
        if status != 201:
            raise NotCreated(status, answer)
        created: dict[str, Any] = answer
        return created

    def sample(self, **fields: Any) -> dict[str, Any]:
        """A body that `create_case` would send."""
        merged: dict[str, Any] = _merged(self._draw()["body"], fields)
        return merged

    def send(self, body: Any, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Status and answer (as JSON, else as text) of Create Case with just that body, and with these headers too."""
        return self._post(self._draw(), body, headers or {})

    def _draw(self) -> dict[str, Any]:
        drawn: dict[str, Any] = self.address.ask("GET", f"samples/{self.provider}", seed=next(self._seeds))
        return drawn

    def _post(self, drawn: Mapping[str, Any], body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        return self.address.control.post(drawn["path"], body, {**drawn["headers"], **headers})


def _merged(value: Any, changes: Any) -> Any:
    if not isinstance(changes, dict):
        return changes
    before = value if isinstance(value, dict) else {}
    together = before | {name: _merged(before.get(name), change) for name, change in changes.items()}
    return {name: part for name, part in together.items() if part is not LEAVE_OUT}
