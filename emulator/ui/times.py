"""Put moments of the sandbox's clock and of wall time into words for tables and tooltips."""

from emulator.ui.phrases import exactly


def clock_text(text: str) -> str:
    """Return day and time to the second, as the clock shows them."""
    return f"{text[:10]} {text[11:19]}"


def short(text: str, now: str) -> str:
    """Return the time of day, with the day in front where that is not today's."""
    return text[11:19] if text[:10] == now[:10] else f"{text[5:10]} {text[11:16]}"


def both(sandbox_at: str, wall: str) -> str:
    """Return for a tooltip what the sandbox's clock read, and wall time where that is another one."""
    read = exactly(sandbox_at)
    return read if sandbox_at == wall else f"{read} by the sandbox's clock; {exactly(wall)} by the wall's"
