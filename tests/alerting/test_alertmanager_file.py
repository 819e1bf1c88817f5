"""Tests of Alertmanager's rendered configuration, with amtool where it must be believed."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.alerting import inhibition, notification_template
from exporter.alerting.alertmanager_file import (
    can_send,
    committed_files,
    configuration_files,
    render,
)
from exporter.alerting.receivers import escape
from exporter.alerting.routes import matcher
from exporter.config import Settings
from exporter.domain.alerts import NotificationChannel, webhook_channel
from exporter.messages import Language
from tests.prometheus.rule_files import ROOT, alert_names, alerts
from tests.servers.process import find_program

MAIL = {"SMTP_SERVER": "mail.empresa.com", "ALERT_EMAIL_TO": "a@empresa.com, b@empresa.com"}


def chosen(**values: Any) -> Settings:
    """Default settings with some changed, whatever the environment says."""
    return Settings.model_construct(**(Settings.model_construct().model_dump() | values))


def rendered(*channels: NotificationChannel, **values: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(render(chosen(**values), channels))
    return parsed


def receiver(config: dict[str, Any], name: str) -> dict[str, Any]:
    return next(found for found in config["receivers"] if found["name"] == name)


def amtool(*arguments: str) -> str:
    command = [find_program("amtool"), *arguments]
    found = subprocess.run(command, check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder / "alertmanager.yml"


def told(config: Path, **labels: str) -> list[str]:
    """Receivers of an alert with these labels, as amtool finds them."""
    given = [matcher(name, "=", value) for name, value in labels.items()]
    out = amtool("config", "routes", "test", f"--config.file={config}", *given)
    return [name.strip() for name in out.strip().splitlines()[-1].split(",")]


def test_the_committed_files_are_current() -> None:
    for path, text in committed_files().items():
        assert (ROOT / path).read_text("utf-8") == text, f"{path}: run 'make generate'"


@pytest.mark.integration
def test_alertmanager_accepts_the_committed_configuration() -> None:
    amtool("check-config", str(ROOT / "alertmanager" / "alertmanager.yml"))


def test_without_settings_only_the_retrainer_is_told() -> None:
    names = [found["name"] for found in rendered()["receivers"]]
    assert names == ["nowhere", "retrainer"]


def test_mail_goes_through_the_settings_server() -> None:
    config = rendered(**MAIL, SMTP_USERNAME="robot")
    assert config["global"]["smtp_smarthost"] == "mail.empresa.com:587"
    assert config["global"]["smtp_auth_username"] == "robot"
    email = receiver(config, "default-email")["email_configs"][0]
    assert email["to"] == "a@empresa.com, b@empresa.com"
    assert email["send_resolved"] is True


def test_mail_channels_wait_for_a_server() -> None:
    channel = NotificationChannel("Email Admin", "email", {"to": "admin@empresa.com"})
    assert not can_send(chosen(), channel)
    assert "admin@empresa.com" not in render(chosen(), [channel])
    assert "admin@empresa.com" in render(chosen(**MAIL), [channel])


def test_a_wrong_default_receiver_is_named_by_its_setting() -> None:
    with pytest.raises(ValueError, match=r"ALERT_EMAIL_TO: to: 'nobody'"):
        rendered(SMTP_SERVER="mail", ALERT_EMAIL_TO="nobody")


def test_the_guides_webhook_gets_its_events_and_its_token() -> None:
    hook = webhook_channel(
        "https://api.sistema-externo.com/alerts",
        {"Authorization": "Bearer token123", "X-Origem": "lotofácil".encode().hex()},
        ["accuracy_drop", "system_error"],
    )
    config = rendered(hook)
    post = receiver(config, f"channel: {hook.name}")["webhook_configs"][0]
    assert post["http_config"]["authorization"] == {"type": "Bearer", "credentials": "token123"}
    assert post["http_config"]["http_headers"]["X-Origem"]["secrets"]
    route = config["route"]["routes"][-1]
    assert route["matchers"] == ['event=~"accuracy_drop|system_error"']


def test_basic_access_is_given_as_alertmanager_wants_it() -> None:
    hook = webhook_channel("https://x.example/h", {"authorization": "Basic dXNlcjpzZWNyZXQ="})
    post = receiver(rendered(hook), f"channel: {hook.name}")["webhook_configs"][0]
    assert post["http_config"]["basic_auth"] == {"username": "user", "password": "secret"}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Host": "other"}, "'Host' is set by Alertmanager"),
        ({"Authorization": "token123"}, "Bearer <token>"),
        ({"Authorization": "Basic ???"}, "base64"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(headers: dict[str, str], reason: str) -> None:
    hook = webhook_channel("https://x.example/h", headers, name="Torre")
    with pytest.raises(ValueError, match="channel 'Torre': headers: ") as refused:
        rendered(hook)
    assert reason in str(refused.value)
    assert "token123" not in str(refused.value)


def test_a_slack_url_gets_slacks_form() -> None:
    url = "https://hooks.slack.com/services/T0/B0/abc"
    config = rendered(WEBHOOK_URL=Settings.model_construct(WEBHOOK_URL=_secret(url)).WEBHOOK_URL)
    assert receiver(config, "default-webhook")["slack_configs"][0]["api_url"] == url


def _secret(text: str) -> Any:
    return type(Settings.model_construct().WEBHOOK_URL)(text)


@pytest.mark.integration
class TestRoutes:
    """What amtool says about the routes of a full configuration."""

    @pytest.fixture
    def config(self, tmp_path: Path) -> Path:
        hook = webhook_channel("https://x.example/h", None, ["system_error"], name="Torre")
        switch = webhook_channel("https://x.example/dead", None, ["watchdog"], name="Vigia")
        return written(tmp_path, configuration_files(chosen(**MAIL), [hook, switch]))

    def test_only_what_may_ask_for_training_reaches_the_retrainer(self, config: Path) -> None:
        drop = {"alertname": "LotofacilUserRule", "event": "accuracy_drop"}
        assert "retrainer" in told(config, **drop, severity="warning")
        assert "retrainer" not in told(config, **drop, severity="info")
        assert "retrainer" not in told(config, **drop, severity="warning", role="control")
        assert "retrainer" not in told(config, event="system_error", severity="critical")

    def test_a_channel_hears_its_events_and_no_other(self, config: Path) -> None:
        assert told(config, event="system_error", severity="info") == [
            "default-email",
            "channel: Torre",
        ]
        assert told(config, event="missing_results", severity="info") == ["default-email"]

    def test_the_watchdog_is_heard_by_whom_asked_for_it(self, config: Path) -> None:
        watchdog = {"alertname": "LotofacilWatchdog", "event": "watchdog", "severity": "info"}
        assert told(config, **watchdog) == ["channel: Vigia"]

    def test_a_test_notification_goes_to_one_channel(self, config: Path) -> None:
        test = {"alertname": "LotofacilTestNotification", "severity": "info"}
        assert told(config, **test, channel="channel: Torre") == ["channel: Torre"]
        assert told(config, **test, channel="default-email") == ["default-email"]
        assert told(config, **test, channel="nobody") == ["nowhere"]


def test_inhibition_names_alerts_and_events_that_exist() -> None:
    matchers = [
        written_matcher
        for rule in inhibition.rules()
        for written_matcher in [*rule["source_matchers"], *rule["target_matchers"]]
    ]
    events = {rule["labels"]["event"] for rule in alerts() if "labels" in rule}
    known = {"alertname": set(alert_names()), "event": events}
    known["severity"] = {"critical", "warning", "info"}
    for found in matchers:
        label, _, values = found.replace("=~", "=").partition("=")
        assert set(values.strip('"').split("|")) <= known[label], found


NAMES = st.text(
    alphabet=st.one_of(
        st.sampled_from("{}\"'\\\n\t`$%|.*+?()[]^:#&!-<> äé日"),
        st.characters(exclude_categories=["Cc", "Cs"]),
    ),
    min_size=1,
    max_size=60,
).filter(lambda name: name == name.strip())
PATHS = st.from_regex(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]{0,20}", fullmatch=True)


@st.composite
def channels(draw: st.DrawFn) -> NotificationChannel:
    name = draw(NAMES)
    events = draw(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True), max_size=3))
    if draw(st.booleans()):
        config = {"to": "admin@empresa.com", "subject": draw(NAMES)}
        return NotificationChannel(name, "email", config, events)
    url = f"https://{draw(st.sampled_from(['a.example', '[::1]:8080']))}/{draw(PATHS)}"
    value = draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
    headers = {"X-Key": f"secret-{value}", "Authorization": f"Bearer {value}"}
    return NotificationChannel(name, "webhook", {"url": url, "headers": headers}, events)


@pytest.mark.integration
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_channels=st.lists(channels(), max_size=5, unique_by=lambda channel: channel.name))
def test_any_name_is_only_a_name(
    given_channels: Sequence[NotificationChannel], tmp_path: Path
) -> None:
    config = written(tmp_path, configuration_files(chosen(**MAIL), given_channels))
    amtool("check-config", str(config))
    parsed = yaml.safe_load(config.read_text("utf-8"))
    expected = ["nowhere", "retrainer", "default-email"]
    expected += [f"channel: {channel.name}" for channel in given_channels]
    assert [found["name"] for found in parsed["receivers"]] == expected
    for channel in given_channels:
        _keeps_its_secrets(parsed, channel)


def _keeps_its_secrets(parsed: dict[str, Any], channel: NotificationChannel) -> None:
    """A channel's secrets are in its own receiver and nowhere else."""
    own = receiver(parsed, f"channel: {channel.name}")
    for secret in channel.config.get("headers", {}).values():
        inside = secret.removeprefix("Bearer ")
        posts = own["webhook_configs"]
        assert [unquote(post["url"]) for post in posts] == [unquote(channel.url)]
        http = posts[0]["http_config"]
        assert inside in (http["authorization"]["credentials"], *_header_secrets(http))


def _header_secrets(http: dict[str, Any]) -> list[str]:
    return [secret for header in http["http_headers"].values() for secret in header["secrets"]]


@pytest.mark.integration
@settings(max_examples=30, deadline=None)
@given(name=NAMES)
def test_a_subject_arrives_as_it_was_written(name: str) -> None:
    template = ROOT / "alertmanager" / "templates" / "lotofacil.tmpl"
    flags = (f"--template.glob={template}", f"--template.text=<{escape(name)}>")
    assert amtool("template", "render", *flags).removesuffix("\n") == f"<{name}>"


@pytest.mark.integration
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=NAMES)
def test_a_matcher_finds_its_channel_whatever_its_name(name: str, tmp_path: Path) -> None:
    hook = webhook_channel("https://x.example/h", name=name)
    config = yaml.safe_load(render(chosen(), [hook]))
    condition = config["route"]["routes"][1]["routes"][0]["matchers"][0]
    probe = {
        "route": {
            "receiver": "other",
            "routes": [{"receiver": "found", "matchers": [condition]}],
        },
        "receivers": [{"name": "other"}, {"name": "found"}],
    }
    file = written(tmp_path, {"alertmanager.yml": yaml.safe_dump(probe, allow_unicode=True)})
    assert told(file, channel=f"channel: {name}") == ["found"]
    assert told(file, channel=f"channel: {name}x") == ["other"]


@pytest.mark.parametrize("language", list(Language))
def test_the_template_has_every_text_of_its_language(language: Language) -> None:
    text = notification_template.render(language, "https://empresa.com/painel")
    assert "[[" not in text
    assert all(part.to(language) in text for part in notification_template.TEXTS.values())
    assert ("summary_en" in text) is (language is Language.EN)


def test_texts_hold_no_markup() -> None:
    for pair in notification_template.TEXTS.values():
        assert not any(sign in text for text in pair for sign in "<>&\"'{}")


@pytest.mark.integration
@pytest.mark.parametrize("place", [0, 1], ids=["dashboard", "runbooks"])
def test_an_address_cannot_break_out(tmp_path: Path, place: int) -> None:
    urls = ["http://localhost", ""]
    urls[place] = 'https://empresa.com/?a=1&b="{{ .x }}"><script>'
    file = tmp_path / "t.tmpl"
    file.write_text(notification_template.render(Language.EN, *urls), "utf-8")
    call = '--template.text={{ template "lotofacil.mail.html" . }}'
    alert = {"status": "firing", "labels": {}, "annotations": {"runbook": "docs/a.md"}}
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"alerts": [alert | {"startsAt": "2024-01-01T00:00:00Z"}]}))
    given = (f"--template.glob={file}", "--template.type=html", f"--template.data={data}", call)
    page = amtool("template", "render", *given)
    assert "<script>" not in page
    assert "https://empresa.com/?a=1&amp;b=%22%7b%7b" in page
