"""Bodies of requests, answers and webhooks as pages show them: laid out if they are JSON, and the exact text."""

from collections.abc import Mapping
from dataclasses import replace

from emulator.quick_dataclass import dataclass
from emulator.ui.field_docs import FieldDoc
from emulator.ui.json_lines import LONGEST, NONE, JsonLine, lines_of


@dataclass(frozen=True, slots=True)
class JsonPane:
    """A body as a page shows it: its lines if it is JSON (None otherwise), and the exact text."""

    lines: list[JsonLine] | None
    exact: str
    shown: str  # the exact text, cut if it is too long


def pane_of(
    text: str | None, field_docs: Mapping[str, FieldDoc] | None = None, before: Mapping[str, str] = NONE
) -> JsonPane:
    """Return a body laid out as JSON, with what its fields mean, and what those were before that changed."""
    return replace(exact_pane(text), lines=lines_of(text or "", field_docs or {}, before))


def exact_pane(text: str | None) -> JsonPane:
    """Return a body as its exact text alone."""
    exact = text or ""
    more = f"\n... and {len(exact) - LONGEST} more characters" if len(exact) > LONGEST else ""
    return JsonPane(None, exact, exact[:LONGEST] + more)
