"""The address of one sandbox of a running emulator."""

from dataclasses import dataclass
from typing import Any

from emulator.client.payloads import Query
from emulator.client.transport import Control

__tracebackhide__ = True  # pytest shows the line of the test that called, not ours


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """The control API below one sandbox."""

    control: Control
    sandbox: str

    def ask(self, method: str, path: str = "", body: object = None, /, **query: Query) -> Any:
        """Return the JSON answer at that path of the sandbox, not sending None; raise NotReached or Refusal."""
        given = {name: value for name, value in query.items() if value is not None}
        below = f"/sandboxes/{self.sandbox}" + (f"/{path}" if path else "")
        return self.control.ask(method, below, body, given or None)


def without_none(**fields: object) -> dict[str, object]:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
