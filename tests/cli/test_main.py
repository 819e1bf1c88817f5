"""The program itself: the list of its commands, which loads none of them."""

import click
import pytest
from click.testing import CliRunner

from exporter.cli import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_with_how_its_help_begins(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command
    words = " ".join((command.help or "").split())
    assert words.startswith(COMMANDS[name].rstrip("."))
    assert COMMANDS[name] in CliRunner().invoke(main, ["--help"], terminal_width=100).output


def test_what_is_no_command_is_told() -> None:
    assert "No such command 'x'" in CliRunner().invoke(main, ["x"]).output
