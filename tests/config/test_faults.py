"""No setting's value that may be a secret comes out, whichever variable it was put into."""

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.config import InvalidSettings, Settings, load_settings

NAMES = sorted([*Settings.model_fields, *(f"{name}_FILE" for name in Settings.model_fields)])
SECRETS = [
    "hunter2",
    "S3cret! horse#42",
    "abcd efgh ijkl mnop",
    "correct-horse",
    "a/b+c==",
    "k:p@h",
]
#: Where its own value must be said: files are made there.
FOLDERS = {"LOTOFACIL_DATA_DIR", "ALERTMANAGER_CONFIG"}
ADDRESSES = sorted(name for name in Settings.model_fields if name.endswith("_URL"))


@given(st.sampled_from(NAMES), st.text(st.characters(codec="ascii", exclude_characters="\0")))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_fault_shows_a_secret(secret: str, name: str, more: str) -> None:
    said = ""
    with patch.dict(os.environ, {name: f"{secret}{more}"}):
        try:
            load_settings()
        except InvalidSettings as error:
            said = str(error)
    assert secret not in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [("70000", "'70000' - "), ("abc", "'abc' - "), ("1.5MB", "'1.5MB' - "), ("hunter2", "")],
)
def test_what_is_a_number_or_a_short_word_is_shown(value: str, shown: str) -> None:
    with patch.dict(os.environ, {"SMTP_PORT": value}), pytest.raises(InvalidSettings) as caught:
        load_settings()
    assert str(caught.value).startswith(f"SMTP_PORT: {shown}input should be")


def test_no_file_that_is_none_of_games_is_quoted() -> None:
    Path("secret").write_text("hunter2 horse\n")
    given = patch.dict(os.environ, {"LOTOFACIL_GAMES_FILE": "secret"})
    with given, pytest.raises(InvalidSettings) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


COMMANDS = (
    ["-m", "exporter.cli", "serve"],
    ["-m", "exporter.cli", "doctor"],
    ["-m", "retrainer"],
)


def _said(command: list[str], **values: str) -> str:
    """Everything that a command says until it ends."""
    environment = {**os.environ, **values}
    done = subprocess.run(
        [sys.executable, *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_a_secret_in_any_variable(command: list[str]) -> None:
    """All refused at once, and then each that is taken for what it is not."""
    secret = "S3cret!horse#42"
    names = set(Settings.model_fields) - FOLDERS
    said = _said(command, **dict.fromkeys(names, secret))
    assert "SMTP_PORT: " in said
    assert secret not in said
    taken = {name for name in names if f"{name}: " not in said}
    hosts = dict.fromkeys(("EXPORTER_HOST", "RETRAINER_HOST", "SMTP_SERVER"), "hunter2horse")
    said = _said(command, **dict.fromkeys(taken, secret), **hosts)
    assert secret not in said
    assert "hunter2horse" not in said


@pytest.mark.slow
@pytest.mark.parametrize("form", ["http://{}@localhost:1", "http://localhost:1/?key={}"])
def test_the_doctor_shows_no_secret_of_an_address(form: str) -> None:
    addresses = dict.fromkeys(set(ADDRESSES) - {"DATABASE_URL"}, form.format("hunter2horse"))
    assert "hunter2horse" not in _said(COMMANDS[1], **addresses)
