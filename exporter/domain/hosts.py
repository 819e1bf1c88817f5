"""Which hosts are this machine, and under which names a server may be called."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

_HEADER = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(:[0-9]*)?", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a server on this address can be reached from its own machine only."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def shown(host: str) -> str:
    """A host for people: what does not read like one may be a password, by a slip of settings."""
    return host if host == "localhost" or "." in host or _is_address(host) else "(its value)"


def local_url(host: str, port: int) -> str:
    """Where a server that listens on `host` is called from its own machine."""
    bare = host.strip("[]")
    if bare in ("", "*", "0.0.0.0", "127.0.0.1"):  # noqa: S104 - nothing listens here
        bare = "localhost"
    bare = "::1" if bare == "::" else bare
    return f"http://[{bare}]:{port}" if ":" in bare else f"http://{bare}:{port}"


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The names under which a server is called; None: any, since nobody told them.

    A page of another site can have its own name lead to this server (DNS rebinding). The browser
    takes both for one site and lets the page read, but says that name. It cannot be done with
    an address or with localhost: these need not be told.
    """

    names: frozenset[str] | None

    @classmethod
    def of(cls, address: str, names: Iterable[str]) -> Self:
        """For a server that listens on `address`: on loopback its names are known."""
        allowed = frozenset(names)
        return cls(allowed if allowed or is_loopback(address) else None)

    def fault(self, header: str) -> str:
        """What is wrong with a request's Host header; "" when nothing is, or when it has none."""
        if self.names is None or not header or self._knows(header):
            return ""
        return (
            f"Host: {header[:100]!r} is not known here; localhost and addresses are, and the names"
            " in LOTOFACIL_ALLOWED_HOSTS"
        )

    def _knows(self, header: str) -> bool:
        match = _HEADER.fullmatch(header)
        host = match[1].lower() if match else ""
        own = host == "localhost" or host.endswith(".localhost")
        return own or host in (self.names or ()) or _is_address(host)


#: For a server on loopback that nobody gave a name.
LOCAL = KnownHosts(frozenset())


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
