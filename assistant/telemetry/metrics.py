"""Prometheus metrics in a registry of their own. docs/operations.md says what each means.

Every label has few values: topics, outcomes, reasons, routes as they are declared. None comes from what anybody wrote.
"""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from assistant.conversation import Turn
from assistant.telemetry.turns import reason_of, topic_of

Labels = TypeVar("Labels", bound=tuple[str, ...])
Gauge = GaugeMetricFamily  # a gauge with the values it has at one moment

SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 20, 30)
RISKS: Final = tuple(step / 20 for step in range(1, 21))
METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    """What one process counts. `model` is the chat model that the settings name, empty for none."""

    def __init__(self, model: str = "") -> None:
        self._model = model
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("handrail", "The version that runs.", registry=registry).info({"version": version("handrail")})
        self._turns = Counter("handrail_turns", "Turns finished.", ("topic", "outcome", "reason"), registry=registry)
        self._seconds = Histogram(
            "handrail_turn_seconds",
            "From a turn's start to its outcome.",
            ("outcome",),
            buckets=SECONDS,
            registry=registry,
        )
        self._risk = Histogram(
            "handrail_turn_risk", "The risk of the drafts decided on.", ("outcome",), buckets=RISKS, registry=registry
        )
        self._tokens = Counter(
            "handrail_model_tokens", "Tokens that the chat model took.", ("model", "kind"), registry=registry
        )
        self._fallbacks = Counter(
            "handrail_model_fallbacks",
            "Drafts that the extractive answerer wrote in the model's place.",
            registry=registry,
        )
        self._tools = Counter(
            "handrail_tool_failures", "Look-ups in the shop system that gave nothing.", ("tool",), registry=registry
        )
        self._refusals = Counter(
            "handrail_refusals", "Requests refused because a limit was reached.", ("limit",), registry=registry
        )
        self._requests = Counter(
            "handrail_http_requests", "HTTP requests answered.", ("method", "route", "status"), registry=registry
        )

    def turn(self, turn: Turn) -> None:
        """Count a finished turn."""
        trail, outcome = turn.trail, turn.outcome.kind
        self._turns.labels(topic_of(turn) or "unknown", outcome, reason_of(turn) or "none").inc()
        self._seconds.labels(outcome).observe(turn.took_ms / 1000)
        if trail.decision:
            self._risk.labels(outcome).observe(trail.decision.risk)
        for tool in trail.evidence.failures if trail.evidence else ():
            self._tools.labels(tool).inc()
        for kind, tokens in trail.draft.usage.items() if trail.draft else ():
            self._tokens.labels(self._model, kind).inc(tokens)
        asked = self._model and trail.evidence and (trail.evidence.passages or trail.evidence.receipts)
        if asked and trail.draft and not trail.draft.prompt:
            self._fallbacks.inc()

    def request(self, method: str, route: str, status: int) -> None:
        """Count an answered request; `route` is as declared, such as `/v1/conversations/{conversation_id}`."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()

    def refused(self, limit: str) -> None:
        """Count a request that a limit refused."""
        self._refusals.labels(limit).inc()

    def page(self, now: Iterable[Gauge] = ()) -> bytes:
        """All that was counted, and what holds `now`, in Prometheus' text format."""
        moment = CollectorRegistry()
        moment.register(_Moment(now))
        return generate_latest(self.registry) + generate_latest(moment)


class _Moment(Collector):
    def __init__(self, families: Iterable[Gauge]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Gauge]:
        return self._families


def gauge(name: str, meaning: str, values: float | Mapping[Labels, float], labels: tuple[str, ...] = ()) -> Gauge:
    """What holds at this moment: one value, or one for each tuple of label values."""
    family = Gauge(f"handrail_{name}", meaning, labels=labels)
    for labelled, value in values.items() if isinstance(values, Mapping) else (((), values),):
        family.add_metric(labelled, value)
    return family
