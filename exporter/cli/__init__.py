"""The command line: one file per command, loaded only when it is called."""

from importlib import import_module

import click

#: Each is a module of this package that holds a click command of the same name.
COMMANDS = (
    "serve",
    "generate",
    "replay",
    "run",
    "demo",
    "backup",
    "restore",
    "cleanup",
    "rollups",
    "alerts",
    "thresholds",
    "references",
    "doctor",
)


class LazyGroup(click.Group):
    """Knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=LazyGroup)
def main() -> None:
    """Monitors models that predict lottery draws."""
