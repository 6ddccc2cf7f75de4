"""The route /metrics, in the text format of Prometheus; its library is imported for the first request."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Response

from emulator.control.context import ControlContext
from emulator.control.views import responds
from emulator.web.request_metrics import BUCKETS

if TYPE_CHECKING:
    from prometheus_client.metrics_core import GaugeMetricFamily, Metric


LabelValues = TypeVar("LabelValues", bound=tuple[str, ...])


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /metrics."""

    @routes.get("/metrics")
    @responds({"type": "string"}, media_type="text/plain")
    def metrics() -> Response:
        """Return what the emulator did since it started, in the text format of Prometheus."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

        registry = CollectorRegistry()
        registry.register(_Collector(context))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Collector:
    def __init__(self, context: ControlContext) -> None:
        self.context = context
        # Where several processes share a database, each counts for itself what it served; all else is the database's.
        store = context.deliveries.store
        self._label: tuple[str, ...] = ("process",) if store.is_shared else ()
        self._process: tuple[str, ...] = (store.owner,) if store.is_shared else ()

    def collect(self) -> "Iterator[Metric]":
        """Yield every metric; Prometheus's registry calls this."""
        from prometheus_client.core import CounterMetricFamily

        yield from self._served()
        health = self.context.loop_health
        if health.is_measured:  # not where another server serves
            text = "The longest that the server's loop kept others waiting, in the last minute or two"
            yield _gauge("emulator_loop_lag_seconds", text, self._label, {self._process: health.lag})
        cases, deliveries, lag = self.context.deliveries.overview()
        yield _gauge("emulator_cases", "Cases by state", ("provider", "state"), cases)
        yield _gauge("emulator_deliveries", "Webhooks by state", ("state",), {(k,): v for k, v in deliveries.items()})
        waiting = deliveries.get("scheduled", 0) + deliveries.get("in_flight", 0)
        yield _gauge("emulator_delivery_queue_depth", "Webhooks that wait or are under way", (), {(): waiting})
        yield _gauge("emulator_delivery_queue_lag_seconds", "How long the oldest due one waits", (), {(): lag})
        evicted = CounterMetricFamily("emulator_journal_evictions", "Exchanges the journal had no room for")
        evicted.add_metric([], self.context.journal.evicted)
        yield evicted

    def _served(self) -> "Iterator[Metric]":
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        requests, creates = self.context.request_metrics.read()
        served = CounterMetricFamily(
            "emulator_requests", "Requests answered", labels=("provider", "status", *self._label)
        )
        for (provider, status), many in sorted(requests.items()):
            served.add_metric([provider, str(status), *self._process], many)
        yield served
        labels = ("provider", *self._label)
        taken = HistogramMetricFamily("emulator_create_seconds", "How long Create Case took", labels=labels)
        for provider, (counts, seconds) in sorted(creates.items()):
            bounds = [*map(str, BUCKETS), "+Inf"]
            taken.add_metric([provider, *self._process], list(zip(bounds, counts, strict=True)), seconds)
        yield taken


def _gauge(
    name: str, description: str, labels: tuple[str, ...], values: Mapping[LabelValues, float]
) -> "GaugeMetricFamily":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, description, labels=labels)
    for label_values, value in sorted(values.items()):
        family.add_metric(label_values, value)
    return family
