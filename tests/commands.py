"""The commands, run in this process."""

from click.testing import CliRunner, Result

from exporter.cli import main


def lotofacil(*arguments: str) -> Result:
    """What `lotofacil ARGUMENTS` says; what it does not expect is raised."""
    return CliRunner().invoke(main, arguments, catch_exceptions=False)
