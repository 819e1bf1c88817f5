"""The command line: one file per command, loaded only when it is called."""

from importlib import import_module

import click

#: Each is a module of this package that holds a click command of the same name, whose help begins
#: with this: the list of commands loads none of them.
COMMANDS = {
    "alerts": "Alert rules that users made, and the channels that are told.",
    "backup": "Write a verified backup of the database into FOLDER.",
    "cleanup": "Delete raw predictions, failures and hourly figures that are old enough.",
    "demo": "Show the system at work with invented data, kept apart under the game demo.",
    "doctor": "Walk the way from a record to a mail.",
    "generate": "Write the dashboards and reference pages that are made from the code.",
    "references": "Accuracies that model versions are held to.",
    "replay": "Replay the draws of FILE (or simulated ones) as if models had played them.",
    "restore": "Fill the database of DATABASE_URL from the backup FILE, all or nothing.",
    "rollups": "Recompute totals, days, hours, scores and evidence from the raw rows.",
    "run": "Run the whole system on this machine until Ctrl-C.",
    "serve": "Serve /metrics, the REST API and the dashboard until it is stopped.",
    "thresholds": "What chance does to a threshold.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup)
def main() -> None:
    """Monitors models that predict lottery draws."""
