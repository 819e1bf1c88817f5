"""What a server holds its clients to."""

from dataclasses import dataclass, field

from exporter.serving.allowance import Allowance
from exporter.serving.refusals import Gate, open_gate
from exporter.serving.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Terms:
    """Allowance, the gate before each body, and what is counted."""

    allowance: Allowance = field(default_factory=Allowance)
    gate: Gate = open_gate
    traffic: Traffic = field(default_factory=Traffic)
