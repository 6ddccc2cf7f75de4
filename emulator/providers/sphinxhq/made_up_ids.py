"""The external ids of cases that were opened without one: always the same, and known again when they are sent."""

from hashlib import sha256
from uuid import UUID, uuid5

from emulator.core.model import Case
from emulator.core.sandbox_clock import to_micros

NAMES = UUID("7e57ed00-0000-4000-8000-000000000000")
HEAD, TAIL = 9, 7  # bytes: version and variant are in the head, the id of the case is hidden in the tail
MOST_CASES = 2**40  # what is found in somebody else's UUID is nearly always larger, and needs no look


def external_id_of(case: Case) -> str:
    """Return the external id of a case; one that was opened without any has one made up, always the same."""
    if case.external_id is not None:
        return case.external_id
    drawn = uuid5(NAMES, f"{case.sandbox}/{case.id}/{to_micros(case.created_at)}")
    head = UUID(bytes=drawn.bytes, version=4).bytes[:HEAD]
    return str(UUID(bytes=head + (_mask(case.sandbox, head) ^ case.id).to_bytes(TAIL, "big")))


def case_id_in(sandbox: str, external_id: str) -> int | None:
    """Return the id of the case for which this may have been made up; None if it was made up for none."""
    try:
        raw = UUID(external_id).bytes
    except ValueError:
        return None
    number = _mask(sandbox, raw[:HEAD]) ^ int.from_bytes(raw[HEAD:], "big")
    return number if number < MOST_CASES else None


def _mask(sandbox: str, head: bytes) -> int:
    return int.from_bytes(sha256(NAMES.bytes + sandbox.encode() + head).digest()[:TAIL], "big")
