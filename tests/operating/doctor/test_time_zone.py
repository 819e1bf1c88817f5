"""Which zones the system knows: of the others it makes UTC."""

import pytest

from exporter.operating.doctor import check_time_zone
from exporter.operating.doctor.findings import Health


@pytest.mark.parametrize(
    "zone",
    ["", "UTC", "America/Sao_Paulo", ":America/Sao_Paulo", "BRT3", "<-03>3", "EST5EDT,M3.2.0,M11"],
)
def test_zones_that_are_known(zone: str) -> None:
    assert not list(check_time_zone(zone))


@pytest.mark.parametrize(
    "zone", ["Mars/Phobos", "America/Sao Paulo", "/no/such/file", "..", "X" * 300]
)
def test_zones_that_are_not(zone: str) -> None:
    (finding,) = check_time_zone(zone)
    assert (finding.health, finding.values) == (Health.WARNING, {"zone": zone})
