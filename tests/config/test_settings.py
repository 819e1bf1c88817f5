import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter.config import InvalidSettings, Settings, load_settings
from exporter.messages import Language
from tests.config.conftest import faults

Give = Callable[..., None]
DOCUMENTED = {
    "DATABASE_URL": "sqlite:///metrics.db",
    "SMTP_SERVER": "smtp.gmail.com",
    "SMTP_PORT": "587",
    "SMTP_USERNAME": "seu_email@gmail.com",
    "SMTP_PASSWORD": "sua_senha_app",
    "WEBHOOK_URL": "https://hooks.slack.com/services/...",
    "METRICS_BATCH_SIZE": "1000",
    "METRICS_RETENTION_DAYS": "365",
    "ALERT_CHECK_INTERVAL": "60",
    "LOG_ROTATION_SIZE": "100MB",
}
SECRETS = ("DATABASE_URL", "SMTP_PASSWORD", "WEBHOOK_URL", "EXPORTER_API_TOKEN", "RETRAINER_TOKEN")


def test_nothing_has_to_be_set() -> None:
    found = load_settings()
    assert found.database == "sqlite:///metrics.db"
    assert (found.EXPORTER_HOST, found.EXPORTER_PORT) == ("127.0.0.1", 5000)
    assert found.LOTOFACIL_LANGUAGE is Language.PT_BR


def test_every_documented_name_is_taken_from_the_environment() -> None:
    with patch.dict(os.environ, DOCUMENTED):
        found = load_settings()
    assert found.model_fields_set == DOCUMENTED.keys()
    assert found.SMTP_PASSWORD.get_secret_value() == "sua_senha_app"
    assert found.LOG_ROTATION_SIZE == 100_000_000
    assert found.METRICS_BATCH_SIZE == 1000


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().SMTP_PORT = 25  # type: ignore[misc]


def test_all_faults_are_told_at_once_each_with_its_variable(given: Give) -> None:
    given(
        SMTP_PORT="abc",
        EXPORTER_PORT="70000",
        DATABASE_URL="oracle://scott:tiger@db/x",
        METRICS_BATCH_SIZE="0",
        LOG_ROTATION_SIZE="100 furlongs",
        PROMETHEUS_URL="prometheus:9090",
        EXPORTER_API_TOKEN="two words",
        ALERT_EMAIL_TO="admin",
        EXPORTER_REFRESH_SECONDS="nan",
        LOTOFACIL_LANGUAGE="fr",
        SMTP_PASSWORD_FILE="nowhere",
    )
    told = {line.partition(":")[0] for line in faults()}
    assert told == {
        "SMTP_PORT",
        "EXPORTER_PORT",
        "DATABASE_URL",
        "METRICS_BATCH_SIZE",
        "LOG_ROTATION_SIZE",
        "PROMETHEUS_URL",
        "EXPORTER_API_TOKEN",
        "ALERT_EMAIL_TO",
        "EXPORTER_REFRESH_SECONDS",
        "LOTOFACIL_LANGUAGE",
        "SMTP_PASSWORD",
    }


def test_a_fault_shows_what_was_given_and_what_is_right(given: Give) -> None:
    given(LOG_ROTATION_SIZE="big")
    assert faults() == ["LOG_ROTATION_SIZE: 'big' - must be a size such as 100MB"]


def test_a_long_value_is_cut() -> None:
    assert len(faults({"SMTP_PORT": "9" * 5000})[0]) < 200


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("secret", ["oracle://me:hunter2@db/x y", "hunter2 \n", ["hunter2"]])
def test_a_wrong_secret_is_never_shown(name: str, secret: object) -> None:
    if name == "SMTP_PASSWORD" and isinstance(secret, str):
        secret = secret.encode("utf-8") + b"\xff"  # every text may be a password
    (line,) = faults({name: secret})
    assert line.startswith(f"{name}: ")
    assert "hunter2" not in line


def test_secrets_are_in_no_repr_and_no_dump() -> None:
    values = {
        "DATABASE_URL": "mysql://user:hunter2@localhost/m",
        "SMTP_PASSWORD": "hunter2",
        "WEBHOOK_URL": "https://hooks.slack.com/services/hunter2",
        "EXPORTER_API_TOKEN": "hunter2",
        "RETRAINER_TOKEN": "hunter2",
        "PROMETHEUS_URL": "http://user:hunter2@localhost:9090",
    }
    found = load_settings(values)
    for text in (repr(found), str(found), f"{found!r}"):
        assert "hunter2" not in text
    assert "//***@localhost:9090" in repr(found)


def test_secrets_do_not_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        load_settings({"SMTP_PASSWORD": "hunter2", "DATABASE_URL": "mysql://u:hunter2@h/m"})
        faults({"DATABASE_URL": "oracle://u:hunter2@h/m"})
    assert "hunter2" not in caplog.text


def test_a_password_in_an_address_is_not_shown(given: Give) -> None:
    given(PROMETHEUS_URL="ftp://me:hunter2@prometheus")
    assert faults() == ["PROMETHEUS_URL: must be an address such as http://localhost:9090"]


@pytest.mark.parametrize(
    ("written", "size"),
    [("100MB", 100_000_000), ("100 mb", 100_000_000), ("64KiB", 65_536), ("1GB", 10**9), ("5", 5)],
)
def test_sizes(written: str, size: int) -> None:
    found = load_settings({"LOG_ROTATION_SIZE": written})
    assert size == found.LOG_ROTATION_SIZE


@pytest.mark.parametrize("written", ["", "0", "-1MB", "1.5MB", "MB", "1TB", "9" * 400, "１MB"])
def test_no_sizes(written: str) -> None:
    assert faults({"LOG_ROTATION_SIZE": written})[0].startswith("LOG_ROTATION_SIZE: ")


def test_an_empty_variable_is_as_one_that_is_not_set() -> None:
    with patch.dict(os.environ, dict.fromkeys(Settings.model_fields, "")):
        assert load_settings() == load_settings()
        assert not load_settings().model_fields_set


def test_every_setting_has_a_meaning() -> None:
    assert all(field.description for field in Settings.model_fields.values())


NAMES = sorted([*Settings.model_fields, *(f"{name}_FILE" for name in Settings.model_fields)])
# What an environment can hold: anything but NUL, also bytes that are no text.
VALUES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
)


def told() -> list[str]:
    """The lines of what is wrong, perhaps none."""
    try:
        load_settings()
    except InvalidSettings as error:
        return str(error).split("\n")
    return []


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_environment_gives_a_traceback(values: dict[str, str]) -> None:
    with patch.dict(os.environ, values):
        lines = told()
    assert all(re.fullmatch(r"[A-Z_]+: .+", line) and line.isprintable() for line in lines)


@given(st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", [".env", "config.py", "secret"])
def test_no_file_gives_a_traceback(name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    with patch.dict(os.environ, {"SMTP_PASSWORD_FILE": "secret"} if name == "secret" else {}):
        assert len(told()) <= 1
