"""Receivers of Alertmanager: how a mail, a webhook and a Slack message are sent.

Alertmanager expands most texts here as Go templates: what users gave is escaped, so that it
arrives as it was given.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from exporter.config import Settings
from exporter.domain.alerts import ChannelType, NotificationChannel

_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: Headers that Alertmanager sets itself and refuses in a configuration.
_RESERVED = {
    "host",
    "content-encoding",
    "content-length",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-prometheus-scrape-timeout-seconds",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
}


def escape(text: str) -> str:
    """The text so that a Go template yields it unchanged."""
    return text.replace("{", '{{ "{" }}')


def mail_server(settings: Settings) -> dict[str, Any]:
    """Alertmanager's global mail settings; empty while no SMTP_SERVER is set."""
    if not settings.SMTP_SERVER:
        return {}
    host = f"[{settings.SMTP_SERVER}]" if ":" in settings.SMTP_SERVER else settings.SMTP_SERVER
    server: dict[str, Any] = {
        "smtp_smarthost": f"{host}:{settings.SMTP_PORT}",
        "smtp_from": settings.ALERT_EMAIL_FROM,
        "smtp_require_tls": settings.SMTP_REQUIRE_TLS,
    }
    if settings.SMTP_USERNAME:
        server["smtp_auth_username"] = settings.SMTP_USERNAME
        server["smtp_auth_password"] = settings.SMTP_PASSWORD.get_secret_value()
    return server


def integration(channel: NotificationChannel) -> dict[str, Any]:
    """The channel's part of its receiver. Raises ValueError for headers that cannot be sent."""
    if channel.type == ChannelType.EMAIL:
        return {"email_configs": [_email(channel)]}
    if channel.type == ChannelType.SLACK:
        return {"slack_configs": [_slack(channel)]}
    return {"webhook_configs": [_webhook(channel.url, channel.config.get("headers", {}))]}


def service(url: str, token: str) -> dict[str, Any]:
    """A receiver that is a program of ours, with its bearer token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return {"webhook_configs": [_webhook(url, headers)]}


def _email(channel: NotificationChannel) -> dict[str, Any]:
    title = '{{ template "lotofacil.title" . }}'
    subject = channel.config.get("subject")
    return {
        "to": escape(", ".join(channel.addresses)),
        "send_resolved": True,
        "headers": {"Subject": f"{escape(subject)}: {title}" if subject else title},
        "text": '{{ template "lotofacil.mail.text" . }}',
        "html": '{{ template "lotofacil.mail.html" . }}',
    }


def _slack(channel: NotificationChannel) -> dict[str, Any]:
    config = {
        "api_url": _url(channel.url),
        "send_resolved": True,
        "color": '{{ template "lotofacil.color" . }}',
        "title": '{{ template "lotofacil.slack.title" . }}',
        "title_link": '{{ template "lotofacil.dashboard" . }}',
        "fallback": '{{ template "lotofacil.slack.title" . }}',
        "text": '{{ template "lotofacil.slack.text" . }}',
    }
    name = channel.config.get("channel")
    return config | ({"channel": escape(name)} if name else {})


def _webhook(url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    # A redirect could carry the headers, which are secrets, to another host.
    http: dict[str, Any] = {"follow_redirects": False}
    others: dict[str, Any] = {}
    for name, value in headers.items():
        if name.lower() == "authorization":
            http |= _authorization(value)
        elif name.lower() in _RESERVED:
            raise ValueError(f"headers: {name!r} is set by Alertmanager itself; leave it out")
        elif name.lower() != "content-type":  # always application/json
            others[name] = {"secrets": [value]}
    return {
        "url": _url(url),
        "send_resolved": True,
        "http_config": http | ({"http_headers": others} if others else {}),
    }


def _authorization(value: str) -> dict[str, Any]:
    scheme, _, credentials = value.strip().partition(" ")
    credentials = credentials.strip()
    if not credentials:
        raise ValueError("headers: give Authorization as 'Bearer <token>'")
    if scheme.lower() == "basic":
        return {"basic_auth": _basic(credentials)}
    return {"authorization": {"type": scheme, "credentials": credentials}}


def _basic(credentials: str) -> dict[str, str]:
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("headers: Authorization 'Basic' is not followed by base64") from None
    name, _, password = decoded.partition(":")
    return {"username": name, "password": password}


def _url(url: str) -> str:
    """The URL without what Go would refuse, or expand as a template: `{`, `}` and a lone `%`."""
    return _LONE_PERCENT.sub("%25", url).replace("{", "%7B").replace("}", "%7D")
