"""Addresses of webhooks: checked sign by sign, and shown without what may be secret."""

import re

LONGEST_URL = 2_000
_HIDDEN = "***"
_WANTED = "url: give http(s)://host/path, with { } and spaces written %7B %7D %20"
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:(?P<user>[^/?#@]*)@)?"
    r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?][A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*)?"
)


def check_url(value: object) -> str:
    """The URL as it can be called; raises ValueError without showing it: it may be a secret."""
    match = _URL.fullmatch(value) if isinstance(value, str) and len(value) <= LONGEST_URL else None
    if match is None or not 0 < int(match["port"] or 80) < 65536:
        raise ValueError(_WANTED)
    if match["user"] is not None:
        raise ValueError("url: give user and password as the header Authorization")
    return match[0]


def host_of(url: str) -> str:
    """The host of a checked URL, in small letters; an IPv6 address without its brackets."""
    match = _URL.fullmatch(url)
    return match["host"].strip("[]").lower() if match else ""


def hide_path(url: str) -> str:
    """The URL with only its scheme and host: the rest may be a secret."""
    match = _URL.fullmatch(url)
    if match is None:
        return _HIDDEN
    port = f":{match['port']}" if match["port"] else ""
    rest = _HIDDEN if match["rest"] not in (None, "/") else ""
    return f"{match['scheme']}://{match['host']}{port}/{rest}"
