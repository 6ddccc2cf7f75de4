"""The journal of several processes, in their database: what one of them answered, a reader of another sees."""

from collections.abc import Callable
from contextlib import suppress

from emulator.core.errors import StoreUnavailable
from emulator.core.journal import Exchange, Found, Journal
from emulator.store.exchange_rows import exchange_of, text_of
from emulator.store.postgres_blocks import Lending

BETWEEN_BYTES = 1_000  # exchanges that this process adds between two looks at the bytes of all


class PostgresJournal(Journal):
    """The latest exchanges of every sandbox, bounded; their secrets are masked before they are written.

    An exchange is lost, and counts as evicted, where it cannot be written: no request fails for it.
    """

    note = "kept in the database: gone with a reset"

    def __init__(self, lending: Lending, keep: Callable[[Exchange], None] | None = None) -> None:
        super().__init__(keep=keep)
        self._lending, self._added, self._lost = lending, 0, 0

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange; evict the oldest ones beyond the bounds."""
        if self.keep:
            self.keep(exchange)
        kept = exchange if exchange.is_masked else exchange.masked()
        row = {"sandbox": kept.sandbox, "size": kept.size, "exchange": text_of(kept), "most": self.most_exchanges}
        try:
            with self._lending.lent() as (ask, db):
                ask.add_exchange(db, **row)
        except StoreUnavailable:
            self._lost += 1
            return
        self._added += 1
        if self._added % BETWEEN_BYTES == 0:
            with suppress(StoreUnavailable), self._lending.lent() as (ask, db):
                ask.evict_beyond(db, bytes=self.most_bytes)
                ask.forget_clocks_of_nothing(db)

    @property
    def evicted(self) -> int:
        """How many exchanges had to go in all."""
        with self._lending.lent() as (ask, db):
            return int(ask.count_evicted(db)) + self._lost

    @evicted.setter
    def evicted(self, many: int) -> None:
        """Count from none; the database counts."""

    def find(self, sandbox: str, fits: Callable[[Exchange], bool]) -> Found:
        """Return the exchanges of a sandbox for which `fits` is true."""
        with self._lending.lent() as (ask, db):
            rows = ask.exchanges(db, sandbox=sandbox)
        last, base = rows[0][:2] if rows else (0, 0)
        kept = [exchange_of(number, text) for *_, number, text in rows if text is not None]
        evicted = last - base - len(kept)
        return Found(list(filter(fits, kept)), evicted, base + evicted if evicted else 0)

    def forget(self, sandbox: str) -> None:
        """Drop all exchanges of a sandbox, and the count of those that were evicted."""
        with self._lending.lent() as (ask, db):
            ask.forget_exchanges(db, sandbox=sandbox)
