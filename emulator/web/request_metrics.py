"""Count the requests that were answered, for /metrics."""

from bisect import bisect_left
from collections import Counter
from dataclasses import field
from itertools import accumulate
from threading import Lock

from emulator.quick_dataclass import dataclass

# Upper bounds in seconds; a create takes about a millisecond.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass
class RequestMetrics:
    """Requests by provider and status, and how long creates took."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    creates: Counter[tuple[str, int]] = field(default_factory=Counter)  # by provider and index of the bucket
    create_seconds: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def count(self, provider: str, status: int, took: float, *, created: bool) -> None:
        """Count a request that was answered after `took` seconds; `created` says whether it opened a case."""
        with self._lock:
            self.requests[provider, status] += 1
            if created:
                self.creates[provider, bisect_left(BUCKETS, took)] += 1
                self.create_seconds[provider] += took  # type: ignore[assignment]

    def read(self) -> tuple[dict[tuple[str, int], int], dict[str, tuple[list[int], float]]]:
        """Return the requests by provider and status, and by provider the creates and the seconds they took.

        The creates are cumulated: one number for each bucket, and a last one for all.
        """
        with self._lock:
            requests, creates, seconds = dict(self.requests), Counter(self.creates), dict(self.create_seconds)
        return requests, {name: (_cumulated(creates, name), float(seconds[name])) for name in seconds}


def _cumulated(creates: Counter[tuple[str, int]], provider: str) -> list[int]:
    return list(accumulate(creates[provider, bucket] for bucket in range(len(BUCKETS) + 1)))
