"""What an operator sees: the log, with personal data masked, and metrics, both written from finished turns."""

from assistant.telemetry.logs import set_up_logs
from assistant.telemetry.metrics import Gauge, Metrics, gauge
from assistant.telemetry.turns import facts_of

__all__ = ["Gauge", "Metrics", "facts_of", "gauge", "set_up_logs"]
