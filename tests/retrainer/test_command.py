"""The training command as the setting gives it."""

import sys
from pathlib import Path

import pytest

from retrainer.command import Command, InvalidCommand, child_environment


def filled(setting: str) -> list[str]:
    return Command.parse(setting).filled(Path("/m/v 1"), "lotofacil", "v 1")


def test_placeholders_are_filled_in_and_nothing_goes_through_a_shell() -> None:
    setting = "train --to={output} '{game} $HOME; rm -rf' {version} {other}"
    words = ["train", "--to=/m/v 1", "lotofacil $HOME; rm -rf", "v 1", "{other}"]
    assert filled(setting) == words


@pytest.mark.parametrize("setting", ["", "  "])
def test_without_a_setting_the_own_trainer_runs(setting: str) -> None:
    assert filled(setting)[:3] == [sys.executable, "-m", "retrainer.trainer"]


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("train 'open", "RETRAINER_COMMAND: No closing quotation"),
        ("train", r"must hold \{output\}"),
    ],
)
def test_a_command_that_could_never_work_is_refused(setting: str, wrong: str) -> None:
    with pytest.raises(InvalidCommand, match=wrong):
        Command.parse(setting)


def test_a_child_knows_our_database_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RETRAINER_TOKEN", "SMTP_PASSWORD", "RETRAINER_TOKEN_FILE", "DATABASE_URL"):
        monkeypatch.setenv(name, "secret")
    environment = child_environment("sqlite:///a.db")
    assert environment["DATABASE_URL"] == "sqlite:///a.db"
    assert "secret" not in environment.values()
