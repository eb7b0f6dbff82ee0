"""``/metrics`` of a process, for Prometheus: on the port of its health, for the house's own network.

Numbers, and names that the program itself has: no conversation, no address, no text. What is counted where it happens
is declared where it happens, in the names that docs/operating.md lists.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Iterable, Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.registry import Collector
from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, raw

BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_OWN = frozenset({"metrics", "metrics_of_assistants", "health_live", "health_ready"})
_NOWHERE = "nowhere"  # in the place of a path that leads to nothing: callers can invent any number of them

_requests = Counter("concierge_http_requests", "Requests that were answered.", ["route", "status"])
_seconds = Histogram(
    "concierge_http_request_seconds", "From a request's head to the head of its answer.", ["route"], buckets=BUCKETS
)
_connections = Gauge("concierge_http_connections", "Open connections, streams among them.")
_lag = Gauge("concierge_event_loop_lag_seconds", "How late the event loop was the last time it was asked.")
_LAG_EVERY = 1.0


def mount(app: Sanic) -> None:
    """Adds the route, and counts what the application answers. Before the application runs."""
    _connections.set_function(lambda: float(len(app.ctx.__dict__.get("protocols", ()))))

    async def metrics(request: Request) -> HTTPResponse:
        return told(generate_latest(REGISTRY))

    async def begun(request: Request) -> None:
        request.ctx.begun_at = time.perf_counter()

    async def answered(request: Request, response: BaseHTTPResponse) -> None:
        route = _route(request)
        if route not in _OWN:
            _requests.labels(route, str(response.status)).inc()
            begun_at = getattr(request.ctx, "begun_at", None)
            if begun_at is not None:
                _seconds.labels(route).observe(time.perf_counter() - begun_at)

    async def watch_the_loop(app: Sanic) -> None:
        while True:
            due = time.perf_counter() + _LAG_EVERY
            await asyncio.sleep(_LAG_EVERY)
            _lag.set(max(0.0, time.perf_counter() - due))

    app.add_route(metrics, "/metrics", methods=["GET"], name="metrics")
    app.register_middleware(begun, "request")
    app.register_middleware(answered, "response")
    app.add_task(watch_the_loop)  # type: ignore[arg-type]


def told(metrics: bytes) -> HTTPResponse:
    """The answer to whoever asks for numbers."""
    return raw(metrics, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def packed() -> bytes:
    """All that this process counts, for another one to tell: see :func:`together`."""
    return zlib.compress(generate_latest(REGISTRY))


def together(by_process: Mapping[str, bytes]) -> bytes:
    """What several processes have packed, as one page; every number has the process that it is of as a label."""
    registry = CollectorRegistry()
    registry.register(_Others(by_process))
    return generate_latest(registry)


class _Others(Collector):
    def __init__(self, by_process: Mapping[str, bytes]) -> None:
        self._by_process = by_process

    def collect(self) -> Iterable[Metric]:
        from prometheus_client.parser import text_string_to_metric_families

        found: dict[str, Metric] = {}
        for process, metrics in self._by_process.items():
            for family in text_string_to_metric_families(zlib.decompress(metrics).decode()):
                one = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    one.add_sample(sample.name, {**sample.labels, "process": process}, sample.value)
        return found.values()


def _route(request: Request) -> str:
    route = request.route
    return route.name.rpartition(".")[2] if route is not None and _NOWHERE not in route.name else _NOWHERE
