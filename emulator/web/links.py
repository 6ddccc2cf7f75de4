"""Links of this emulator that leave it."""

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
        """Return a link to that path; it names the sandbox, except the default one, so that ids are unique in it."""
        prefix = "" if sandbox == DEFAULT_SANDBOX else f"/s/{sandbox}"
        return f"{self.address}{prefix}{path}"
