"""The doctor: walks the way from a record to a mail, and says where it is broken."""

from exporter.services.doctor.findings import Finding, Health
from exporter.services.doctor.pages import check_exporter, check_retrainer
from exporter.services.doctor.records import check_database, check_spool
from exporter.services.doctor.telling import (
    Told,
    check_alertmanager,
    check_channels,
    check_mail,
    check_thresholds,
)
from exporter.services.doctor.watching import check_prometheus

__all__ = [
    "Finding",
    "Health",
    "Told",
    "check_alertmanager",
    "check_channels",
    "check_database",
    "check_exporter",
    "check_mail",
    "check_prometheus",
    "check_retrainer",
    "check_spool",
    "check_thresholds",
]
