"""What a server holds its clients to."""

from dataclasses import dataclass, field

from exporter.serving.limits import Limits
from exporter.serving.refusals import Gate, open_gate
from exporter.serving.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Terms:
    """Limits, the gate before each body, and what is counted."""

    limits: Limits = field(default_factory=Limits)
    gate: Gate = open_gate
    traffic: Traffic = field(default_factory=Traffic)
