"""User-made alerts: what a rule says, what it can watch, and whom it tells."""

from exporter.domain.alerts.addresses import host_of
from exporter.domain.alerts.channels import ChannelType, NotificationChannel, webhook_channel
from exporter.domain.alerts.rules import CONDITIONS, SEVERITIES, AlertRule
from exporter.domain.alerts.watched import METRIC_TYPES, Watched, WindowUnit, watched

__all__ = [
    "CONDITIONS",
    "METRIC_TYPES",
    "SEVERITIES",
    "AlertRule",
    "ChannelType",
    "NotificationChannel",
    "Watched",
    "WindowUnit",
    "host_of",
    "watched",
    "webhook_channel",
]
