"""Links to the emulator in what it answers and sends."""

from dataclasses import dataclass

from emulator.core.model import DEFAULT_SANDBOX


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links below the URL at which others reach this emulator."""

    public_url: str

    def to(self, sandbox: str, path: str) -> str:
        """Return a link to a path of the emulator in a sandbox.

        The link names the sandbox, except the default one, because ids are unique within a sandbox only.
        """
        prefix = "" if sandbox == DEFAULT_SANDBOX else f"/s/{sandbox}"
        return f"{self.public_url}{prefix}{path}"
