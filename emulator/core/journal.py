"""The journal: the latest requests and attempts of every sandbox, bounded, in memory only.

Most exchanges are never read, so that secrets are masked when one is, and not on the way of every request.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from itertools import count
from threading import Lock
from typing import ClassVar

from emulator.masking import masked, masked_body, masked_headers, masked_url
from emulator.quick_dataclass import dataclass

MOST_EXCHANGES = 1_000  # of one sandbox
MOST_BYTES = 64 * 1024 * 1024  # of all sandboxes together
MOST_EMPTIED = 10_000  # sandboxes; a store holds no more of them at once
OVERHEAD = 2_500  # bytes an exchange takes beside its texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """A request and its answer: one that was received, or an attempt to deliver a webhook."""

    number: int
    at: datetime  # wall time
    outgoing: bool
    sandbox: str
    provider: str | None
    method: str
    url: str  # of a received request: path and query
    headers: Mapping[str, str]
    body: bytes | None  # None: it was not read
    status: int | None  # None: no answer came
    answer_headers: Mapping[str, str]
    answer: bytes
    took: float  # seconds
    case_id: int | None = None
    delivery_id: str | None = None
    rule: str | None = None
    faults: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    refused: str | None = None  # why; as text, because an exception keeps alive all that its traceback refers to
    needed: tuple[str, ...] = ()  # what a refused request would have needed
    error: str | None = None  # why an attempt failed
    is_masked: bool = False

    def masked(self) -> "Exchange":
        """Return the exchange as it may be shown: without secrets."""
        return replace(
            self,
            url=masked_url(self.url) if self.outgoing else masked(self.url),
            headers=masked_headers(self.headers),
            body=self.body and masked_body(self.body),
            answer_headers=masked_headers(self.answer_headers),
            answer=masked_body(self.answer),
            advice=tuple(map(masked, self.advice)),
            refused=self.refused and masked(self.refused),
            needed=tuple(map(masked, self.needed)),
            error=self.error and masked(self.error),
            is_masked=True,
        )

    @property
    def size(self) -> int:
        """The memory it takes, in bytes, roughly."""
        texts = (*self.headers.values(), *self.answer_headers.values(), *self.advice, *self.needed, self.url)
        return OVERHEAD + len(self.body or b"") + len(self.answer) + sum(map(len, texts))


@dataclass
class _Book:
    exchanges: deque[Exchange] = field(default_factory=deque)
    sizes: deque[int] = field(default_factory=deque)  # of each
    evicted: int = 0
    last_evicted: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The exchanges of a sandbox that fit, oldest first, and how many others were evicted before."""

    exchanges: Sequence[Exchange]
    evicted: int
    last_evicted: int  # the number of the newest evicted exchange; 0: none


@dataclass
class Journal:
    """The latest exchanges of every sandbox; a reader sees every exchange that was answered before."""

    note: ClassVar[str] = "kept in memory: gone with the process, and with a reset"
    most_exchanges: int = MOST_EXCHANGES
    most_bytes: int = MOST_BYTES
    evicted: int = 0
    keep: Callable[[Exchange], None] | None = None  # sees every exchange, even of a sandbox that is reset
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    # The longest idle sandbox comes first. The emptied books keep how much they lost, for a while.
    _books: OrderedDict[str, _Book] = field(default_factory=OrderedDict)
    _emptied: OrderedDict[str, _Book] = field(default_factory=OrderedDict)

    def next_number(self) -> int:
        """Return a number higher than any before."""
        return next(self._numbers)

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange; evict the oldest ones beyond the bounds, of the longest idle sandbox first."""
        if self.keep:
            self.keep(exchange)
        with self._lock:
            book = self._books.get(exchange.sandbox)
            if book is None:
                book = self._books[exchange.sandbox] = self._emptied.pop(exchange.sandbox, _Book())
            self._books.move_to_end(exchange.sandbox)
            size = exchange.size
            book.exchanges.append(exchange)
            book.sizes.append(size)
            self._bytes += size
            if len(book.exchanges) > self.most_exchanges:
                self._evict(book)
            while self._bytes > self.most_bytes:
                self._evict_of_longest_idle()

    def _evict_of_longest_idle(self) -> None:
        name, book = next(iter(self._books.items()))
        self._evict(book)
        if not book.exchanges:
            self._emptied[name] = self._books.pop(name)
            if len(self._emptied) > MOST_EMPTIED:
                self._emptied.popitem(last=False)

    def _evict(self, book: _Book) -> None:
        lost = book.exchanges.popleft()
        self._bytes -= book.sizes.popleft()
        book.evicted += 1
        book.last_evicted = lost.number
        self.evicted += 1

    def find(self, sandbox: str, fits: Callable[[Exchange], bool]) -> Found:
        """Return the exchanges of a sandbox for which `fits` is true, with their secrets masked."""
        with self._lock:
            book = self._books.get(sandbox) or self._emptied.get(sandbox) or _Book()
            exchanges, evicted, last = tuple(book.exchanges), book.evicted, book.last_evicted
        new = {exchange.number: exchange.masked() for exchange in exchanges if not exchange.is_masked}
        self._keep_masked(book, new)
        shown = (new.get(exchange.number, exchange) for exchange in exchanges)
        return Found([exchange for exchange in shown if fits(exchange)], evicted, last)

    def _keep_masked(self, book: _Book, new: Mapping[int, Exchange]) -> None:
        """Keep what was masked, so that it is masked once."""
        if not new:
            return
        with self._lock:
            kept = [exchange for exchange in book.exchanges if exchange.number in new]
            self._bytes += sum(new[exchange.number].size - exchange.size for exchange in kept)
            book.exchanges = deque(new.get(exchange.number, exchange) for exchange in book.exchanges)
            book.sizes = deque(exchange.size for exchange in book.exchanges)

    def forget(self, sandbox: str) -> None:
        """Drop all exchanges of a sandbox, and the count of those that were evicted."""
        with self._lock:
            self._emptied.pop(sandbox, None)
            book = self._books.pop(sandbox, _Book())
            self._bytes -= sum(book.sizes)
            book.sizes.clear()
            book.exchanges.clear()  # a reader may hold the book
