"""TZ: whether the system knows the zone that moments without one are read in."""

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exporter.messages import Text
from exporter.operating.doctor.findings import Finding, warning

#: A zone that is written out, such as BRT3 or <-03>3.
_WRITTEN_OUT = re.compile(r"([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d.*")
_TIME_ZONE_UNKNOWN = Text(
    """TZ={zone} não é conhecido, vale UTC → use um fuso como America/Sao_Paulo, ou instale o
    pacote tzdata""",
    """TZ={zone} is an unknown zone, UTC is used → set one such as America/Sao_Paulo, or install
    tzdata""",
)


def check_time_zone(zone: str) -> Iterator[Finding]:
    """Says so when the system would take UTC in place of the zone that is asked for."""
    if not _is_known(zone.removeprefix(":")):
        yield warning("time_zone", _TIME_ZONE_UNKNOWN, zone=zone)


def _is_known(name: str) -> bool:
    if not name or name.startswith("/"):
        return not name or Path(name).is_file()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return bool(_WRITTEN_OUT.fullmatch(name))
    return True
