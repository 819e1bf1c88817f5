"""The doctor: walks the way from a record to a mail, and says where it is broken."""

from exporter.services.doctor.findings import Finding, Health
from exporter.services.doctor.pages import check_exporter, check_retrainer
from exporter.services.doctor.records import check_spool
from exporter.services.doctor.rounds import Doctor
from exporter.services.doctor.telling import Told

__all__ = [
    "Doctor",
    "Finding",
    "Health",
    "Told",
    "check_exporter",
    "check_retrainer",
    "check_spool",
]
