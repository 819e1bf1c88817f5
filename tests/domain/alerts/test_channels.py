import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.alerts import NotificationChannel, host_of, webhook_channel
from tests.domain.alerts.names import NAMES

SECRET = "s3cret-of-this-test"
URL = "https://example.org/alerts"


def test_the_documented_channel_and_webhook() -> None:
    channel = NotificationChannel(
        name="Email Admin",
        type="email",
        config={"to": "admin@empresa.com", "subject": "Alerta Sistema Lotofácil"},
    )
    assert channel.addresses == ("admin@empresa.com",)
    webhook = webhook_channel(
        "https://api.sistema-externo.com/alerts",
        {"Authorization": "Bearer token123"},
        ["accuracy_drop", "system_error"],
    )
    assert (webhook.type, webhook.events) == ("webhook", ("accuracy_drop", "system_error"))
    assert webhook.name.startswith("webhook:api.sistema-externo.com:")


def test_the_same_url_has_the_same_name_and_slack_is_known_by_its_host() -> None:
    assert webhook_channel(URL).name == webhook_channel(URL, {"X-A": "b"}).name
    assert webhook_channel(URL).name != webhook_channel(f"{URL}/2").name
    assert webhook_channel(URL, name="mine").name == "mine"
    assert webhook_channel("https://hooks.slack.com/services/T/B/x").type == "slack"


@given(name=NAMES, subject=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_names_and_subjects_are_only_texts(name: str, subject: str) -> None:
    config = {"to": ["a@b.com", "a@b.com", " c@d.org"], "subject": subject}
    channel = NotificationChannel(name, "email", config)
    assert channel.addresses == ("a@b.com", "c@d.org")
    again = NotificationChannel(name, channel.type, json.loads(json.dumps(channel.config)))
    assert again == channel


@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8))
def test_secrets_are_never_shown(header: str) -> None:
    url = f"https://example.org/{SECRET}?token={SECRET}"
    channel = webhook_channel(url, {"Authorization": f"Bearer {SECRET}{header}", "X-Key": SECRET})
    for shown in (repr(channel), str(channel), f"{channel}", json.dumps(channel.shown())):
        assert SECRET not in shown
        assert "example.org" in shown


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "example.org/x",
        "ftp://example.org/",
        "https://",
        "https://example.org/{{ .x }}",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://example.org:0/",
        "https://example.org:99999/",
        f"https://user:{SECRET}@example.org/",
        f"https://example.org/{SECRET * 200}",
        f"https://example.org/é{SECRET}",
    ],
)
def test_a_bad_url_is_refused_without_being_shown(url: str | None) -> None:
    with pytest.raises(ValueError, match=r"^url: ") as refused:
        webhook_channel(url)  # type: ignore[arg-type]  # that is what is tested
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "config", "message"),
    [
        ("pigeon", {}, "type: 'pigeon' is not one of email, webhook, slack"),
        ("email", {}, "to: '' is not a mail address"),
        ("email", {"to": "admin"}, "to: 'admin' is not a mail address"),
        ("email", {"to": "{{ .x }}@b.com"}, "is not a mail address"),
        ("email", {"to": "a@b.com\nBcc: c@d.org"}, "is not a mail address"),
        ("email", {"to": 5}, "to: give a list, not 5"),
        ("email", {"to": "a..b@c.org"}, "to: 'a..b@c.org' is not a mail address"),
        ("email", {"to": "a.@c.org"}, "to: 'a.@c.org' is not a mail address"),
        ("email", {"to": "a@c..org"}, "to: 'a@c..org' is not a mail address"),
        (
            "webhook",
            {"url": URL, "headers": {"Authorization": "Bearer a", "authorization": "Basic YTpi"}},
            "headers: 'authorization' is given twice",
        ),
        ("email", {"to": "a@b.com", "port": 25}, "config: 'port' is not known for email"),
        ("email", "a@b.com", "config: give a mapping with to, subject"),
        ("webhook", {"url": URL, "headers": {"a b": "c"}}, "headers: 'a b' is not the name"),
        ("webhook", {"url": URL, "headers": {"a": "c\nd"}}, "the value of 'a' is not one line"),
        ("webhook", {"url": URL, "headers": {"a": "ç"}}, "the value of 'a' is not one line"),
        ("webhook", {"url": URL, "headers": ["a"]}, "headers: give a mapping"),
        ("slack", {"url": URL, "channel": "{{ .x }}"}, "channel: .* is not the name of a channel"),
    ],
)
def test_what_is_wrong_is_named(kind: str, config: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NotificationChannel("a", kind, config)


@pytest.mark.parametrize("events", ["accuracy_drop", ["Accuracy"], [5], 5])
def test_events_are_a_list_of_words(events: Any) -> None:
    with pytest.raises(ValueError, match=r"^events: "):
        webhook_channel(URL, events=events)


def test_hosts_are_told_apart_from_ports_and_paths() -> None:
    assert host_of("https://EXAMPLE.org:80/x@y") == "example.org"
    assert host_of("http://[::1]:80/") == "::1"
