"""Where webhooks may go: not into private networks, unless the operator allowed it."""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from exporter.domain.alerts import host_of

Address = IPv4Address | IPv6Address
_NAT64 = ip_network("64:ff9b::/96")
_SETTING = "ALERT_WEBHOOK_ALLOW_PRIVATE=true allows it"


class PrivateDestination(ValueError):
    """A webhook would go to an address that is not public."""


def resolve(host: str) -> list[Address]:
    """The addresses of a host; none when it cannot be found from here."""
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries]


@dataclass(frozen=True, slots=True)
class Destinations:
    """What may be posted to. `allow_loopback`: where Alertmanager is on this machine itself.

    Alertmanager posts later and asks the name servers again, so this stops mistakes and the
    plain misuse of the API, not who rules the name's own server.
    """

    allow_private: bool = False
    allow_loopback: bool = False
    find: Callable[[str], Iterable[Address]] = resolve

    def check(self, url: str) -> bool:
        """Raises PrivateDestination; False when the host cannot be found from here."""
        if self.allow_private:
            return True
        host = host_of(url)
        addresses = list(self.find(host))
        for address in addresses:
            if not self._may_be_told(_plain(address)):
                raise PrivateDestination(
                    f"url: {host} is the address {address}, which is not public; {_SETTING}"
                )
        return bool(addresses)

    def _may_be_told(self, address: Address) -> bool:
        if address.is_loopback:
            return self.allow_loopback
        return address.is_global and not address.is_multicast


def _plain(address: Address) -> Address:
    """The IPv4 address that some IPv6 addresses are another form of."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
