from ipaddress import ip_address

import pytest

from exporter.outbound.destinations import Destinations, PrivateDestination, resolve

NOT_PUBLIC = (
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "[fe80::1]",
    "[fc00::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::]",
)


@pytest.mark.parametrize("host", NOT_PUBLIC)
def test_what_is_not_public_is_refused_unless_allowed(host: str) -> None:
    url = f"http://{host}/hook"
    with pytest.raises(PrivateDestination, match="ALERT_WEBHOOK_ALLOW_PRIVATE=true allows it"):
        Destinations(allow_loopback=True).check(url)
    assert Destinations(allow_private=True).check(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
def test_loopback_is_allowed_only_beside_alertmanager(host: str) -> None:
    with pytest.raises(PrivateDestination):
        Destinations().check(f"http://{host}/")
    assert Destinations(allow_loopback=True).check(f"http://{host}/")


def test_every_address_of_a_name_counts() -> None:
    both = [ip_address("8.8.8.8"), ip_address("10.0.0.1")]
    with pytest.raises(PrivateDestination, match=r"example.org is the address 10\.0\.0\.1"):
        Destinations(find=lambda _: both).check("https://example.org/")
    assert Destinations(find=lambda _: both[:1]).check("https://example.org/")


def test_a_name_that_cannot_be_found_from_here_is_told() -> None:
    assert not Destinations().check("https://no-such-host.invalid/")
    assert resolve("no-such-host.invalid") == []
