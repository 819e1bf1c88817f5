"""The doctor: walks the way from a record to a mail, and says where it is broken."""

from exporter.services.doctor.findings import Finding, Health
from exporter.services.doctor.pages import check_exporter, check_retrainer
from exporter.services.doctor.records import check_spool
from exporter.services.doctor.room import check_room
from exporter.services.doctor.rounds import Doctor
from exporter.services.doctor.telling import Told
from exporter.services.doctor.time_zone import check_time_zone

__all__ = [
    "Doctor",
    "Finding",
    "Health",
    "Told",
    "check_exporter",
    "check_retrainer",
    "check_room",
    "check_spool",
    "check_time_zone",
]
