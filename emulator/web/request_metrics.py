"""Counts what is served, for /metrics."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

# Seconds; creates take about a millisecond.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass
class RequestMetrics:
    """Requests by provider and status, and how long creates took."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    creates: Counter[tuple[str, int]] = field(default_factory=Counter)  # by provider and place among the buckets
    create_seconds: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def count(self, provider: str, status: int, took: float, *, created: bool) -> None:
        """One more request was answered, after so many seconds."""
        with self._lock:
            self.requests[provider, status] += 1
            if created:
                self.creates[provider, bisect_left(BUCKETS, took)] += 1
                self.create_seconds[provider] += took  # type: ignore[assignment]

    def read(self) -> tuple[dict[tuple[str, int], int], dict[str, tuple[list[int], float]]]:
        """Requests by provider and status; for each provider the creates up to each bucket, and their seconds."""
        with self._lock:
            requests, creates, seconds = dict(self.requests), Counter(self.creates), dict(self.create_seconds)
        taken = {name: self._cumulated(creates, name) for name in seconds}
        return requests, {name: (taken[name], float(seconds[name])) for name in seconds}

    def _cumulated(self, creates: Counter[tuple[str, int]], provider: str) -> list[int]:
        total, found = 0, []
        for place in range(len(BUCKETS) + 1):
            total += creates[provider, place]
            found.append(total)
        return found
