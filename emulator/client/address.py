"""One sandbox of a running emulator, as everything else here asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.client.transport import Control


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """The control API below one sandbox."""

    control: Control
    sandbox: str

    def ask(self, method: str, path: str = "", body: Any = None, /, **query: Any) -> Any:
        """The JSON answered at that path of the sandbox; raises NotReached or Refusal. What is None is not asked."""
        given: Mapping[str, Any] = {name: value for name, value in query.items() if value is not None}
        below = f"/sandboxes/{self.sandbox}" + (f"/{path}" if path else "")
        return self.control.ask(method, below, body, given or None)


def without_none(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
