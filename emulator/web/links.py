"""Links to the emulator in what it answers and sends."""

from dataclasses import dataclass

from emulator.core.model import DEFAULT_SANDBOX


@dataclass(slots=True)
class Links:
    """The address at which others reach this emulator; served by somebody else's server, the first request tells it."""

    address: str
    is_known: bool = True

    def learn(self, address: str) -> None:
        """Take that address, unless it is known already."""
        if not self.is_known:
            self.address, self.is_known = address, True

    def to(self, sandbox: str, path: str) -> str:
        """Return a link to a path of the emulator in a sandbox.

        The link names the sandbox, except the default one, because ids are unique within a sandbox only.
        """
        prefix = "" if sandbox == DEFAULT_SANDBOX else f"/s/{sandbox}"
        return f"{self.address}{prefix}{path}"
