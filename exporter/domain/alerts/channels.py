"""Notification channels: whom Alertmanager tells, by mail, webhook or Slack.

What a channel holds ends in Alertmanager's configuration, where texts are templates: addresses
and URLs are therefore held to signs that mean nothing there. Secrets (headers, paths of URLs) are
never in `repr`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from exporter.domain.alerts.addresses import check_url, hide_path, host_of
from exporter.domain.alerts.names import check_name, check_text

LONGEST_SUBJECT = 200
MOST_HEADERS = 20
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`|~-]{1,64}"
_LABEL = r"[A-Za-z0-9-]{1,63}"
#: Alertmanager takes a stray dot when it is configured, and then sends nothing.
_ADDRESS = re.compile(rf"{_WORD}(\.{_WORD}){{0,31}}@{_LABEL}(\.{_LABEL}){{0,31}}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SLACK_HOST = "hooks.slack.com"
_HIDDEN = "***"


class ChannelType(StrEnum):
    """How a channel tells."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SLACK = "slack"


_CONFIG: dict[ChannelType, tuple[str, ...]] = {
    ChannelType.EMAIL: ("to", "subject"),
    ChannelType.WEBHOOK: ("url", "headers"),
    ChannelType.SLACK: ("url", "channel"),
}


@dataclass(frozen=True, slots=True, repr=False)
class NotificationChannel:
    """Whom to tell.

    `config` by type: email: `to` (an address, several with commas, or a list) and `subject`;
    webhook: `url` and `headers`; slack: `url` and `channel`. `events` limits it to alerts of
    these events; empty: every alert. Raises ValueError that names the value and what would be
    right, without showing secrets.
    """

    name: str
    type: str
    config: Mapping[str, Any]
    events: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        """Checks every value and puts them in one form."""
        check_name("name", self.name)
        kind = _kind(self.type)
        object.__setattr__(self, "type", kind.value)
        object.__setattr__(self, "config", _checked_config(kind, self.config))
        object.__setattr__(self, "events", _checked_events(self.events))

    def __repr__(self) -> str:
        return f"NotificationChannel({', '.join(f'{k}={v!r}' for k, v in self.shown().items())})"

    def shown(self) -> dict[str, Any]:
        """Everything but secrets, as plain JSON values."""
        config: dict[str, Any] = dict(self.config)
        if "url" in config:
            config["url"] = hide_path(config["url"])
        if "headers" in config:
            config["headers"] = dict.fromkeys(config["headers"], _HIDDEN)
        return {"name": self.name, "type": self.type, "config": config, "events": [*self.events]}

    @property
    def url(self) -> str:
        """Where a webhook is posted to (a secret); "" for mail."""
        return str(self.config.get("url", ""))

    @property
    def addresses(self) -> tuple[str, ...]:
        """The receivers of mail; none for webhooks."""
        return tuple(self.config.get("to", ()))


def webhook_channel(
    url: str,
    headers: Mapping[str, str] | None = None,
    events: Iterable[str] | None = None,
    name: str | None = None,
) -> NotificationChannel:
    """The channel of a webhook; its name is made from the URL, so that the same URL replaces."""
    checked = check_url(url)
    host = host_of(checked)
    mark = blake2b(checked.encode(), digest_size=4).hexdigest()
    is_slack = host == _SLACK_HOST and not headers
    kind = ChannelType.SLACK if is_slack else ChannelType.WEBHOOK
    config = {"url": checked} if is_slack else {"url": checked, "headers": headers or {}}
    return NotificationChannel(
        name or f"{kind}:{host[:100]}:{mark}", kind, config, _listed("events", events)
    )


def _kind(value: object) -> ChannelType:
    try:
        return ChannelType(value)  # type: ignore[arg-type]  # that is what is found out here
    except ValueError:
        raise ValueError(f"type: {value!r} is not one of {', '.join(ChannelType)}") from None


def _checked_config(kind: ChannelType, config: object) -> dict[str, Any]:
    if not isinstance(config, Mapping):
        raise ValueError(f"config: give a mapping with {', '.join(_CONFIG[kind])}")  # noqa: TRY004
    for name in config:
        if name not in _CONFIG[kind]:
            names = ", ".join(_CONFIG[kind])
            raise ValueError(f"config: {name!r} is not known for {kind.value}; known are {names}")
    if kind is ChannelType.EMAIL:
        return _email(config)
    return _webhook(config) if kind is ChannelType.WEBHOOK else _slack(config)


def _email(config: Mapping[str, Any]) -> dict[str, Any]:
    to = config.get("to")
    addresses = to.split(",") if isinstance(to, str) else _listed("to", to)
    cleaned = [str(address).strip() for address in addresses]
    for address in cleaned or [""]:
        if not _ADDRESS.fullmatch(address):
            raise ValueError(f"to: {address!r} is not a mail address such as admin@empresa.com")
    checked: dict[str, Any] = {"to": list(dict.fromkeys(cleaned))}
    if config.get("subject"):
        check_text("subject", config["subject"], LONGEST_SUBJECT)
        if subject := " ".join(config["subject"].split()):
            checked["subject"] = subject
    return checked


def _webhook(config: Mapping[str, Any]) -> dict[str, Any]:
    headers = config.get("headers") or {}
    if not isinstance(headers, Mapping) or len(headers) > MOST_HEADERS:
        raise ValueError(f"headers: give a mapping of at most {MOST_HEADERS} names to texts")
    lowered: set[str] = set()
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER.fullmatch(name):
            raise ValueError(f"headers: {name!r} is not the name of a header")
        if name.lower() in lowered:
            raise ValueError(f"headers: {name!r} is given twice, in other letters")
        lowered.add(name.lower())
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise ValueError(f"headers: the value of {name!r} is not one line of ASCII text")
    checked: dict[str, Any] = {"url": check_url(config.get("url"))}
    return checked | ({"headers": dict(headers)} if headers else {})


def _slack(config: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {"url": check_url(config.get("url"))}
    channel = config.get("channel")
    if channel is None:
        return checked
    if not isinstance(channel, str) or not re.fullmatch(r"[#@]?[\w.-]{1,80}", channel):
        raise ValueError(f"channel: {channel!r} is not the name of a channel such as #alertas")
    return checked | {"channel": channel}


def _checked_events(events: object) -> tuple[str, ...]:
    listed = _listed("events", events)
    for event in listed:
        if not isinstance(event, str) or not _EVENT.fullmatch(event):
            raise ValueError(f"events: {event!r} is not an event such as accuracy_drop")
    return tuple(dict.fromkeys(listed))


def _listed(name: str, values: object) -> tuple[Any, ...]:
    if values is None:
        return ()
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise ValueError(f"{name}: give a list, not {values!r}")  # noqa: TRY004 - one kind of error
    return tuple(values)
