"""Links to this emulator in its answers and webhooks."""

from emulator.core.model import DEFAULT_SANDBOX, Case
from emulator.quick_dataclass import dataclass
from emulator.web.signatures import Signatures


@dataclass(slots=True)
class Links:
    """The address at which others reach this emulator; an embedded one learns it from its first request."""

    address: str
    is_known: bool = True
    signatures: Signatures = Signatures()

    def learn(self, address: str) -> None:
        """Set the address unless it is known already."""
        if not self.is_known:
            self.address, self.is_known = address, True

    def to(self, sandbox: str, path: str) -> str:
        """Return a link to that path in the sandbox; only the default sandbox goes unnamed.

        Two sandboxes use the same ids, so the link has to say which one is meant.
        """
        prefix = "" if sandbox == DEFAULT_SANDBOX else f"/s/{sandbox}"
        return f"{self.address}{prefix}{path}"

    def to_case(self, case: Case, path: str) -> str:
        """Return a link to a page of the case, signed where its provider's links are."""
        return self.to(case.sandbox, self.signatures.add_to(path, case))
