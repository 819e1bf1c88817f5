"""The doctor: walks the way from a record to a mail, and says where it is broken."""

from exporter.operating.doctor.findings import Finding, Health
from exporter.operating.doctor.records import check_spool
from exporter.operating.doctor.room import check_room
from exporter.operating.doctor.rounds import Doctor
from exporter.operating.doctor.services import check_exporter, check_retrainer
from exporter.operating.doctor.telling import Told
from exporter.operating.doctor.time_zone import check_time_zone

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
