"""Addresses of ours that leave the emulator."""

from dataclasses import dataclass

from emulator.core.model import DEFAULT_SANDBOX


@dataclass(frozen=True, slots=True)
class Links:
    """Where others reach this emulator."""

    public_url: str

    def to(self, sandbox: str, path: str) -> str:
        """A link to a path of ours; it names the sandbox, except the default one, so that ids are unique in it."""
        prefix = "" if sandbox == DEFAULT_SANDBOX else f"/s/{sandbox}"
        return f"{self.public_url}{prefix}{path}"
