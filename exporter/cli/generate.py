"""`lotofacil generate`: writes what is generated and committed, or checks that it is current."""

from pathlib import Path

import click

from exporter import cli
from exporter.cli.reference import cli_page
from exporter.config import InvalidSettings, load_settings
from exporter.messages import Language
from exporter.stack.generated import generated_files, outdated_files


@click.command
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is outdated.")
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    help="Language of the dashboards; LOTOFACIL_LANGUAGE where not given.",
)
def generate(check: bool, language: str | None) -> None:
    """Write the dashboards and reference pages that are made from the code.

    Run it at the root of the repository. What it writes is committed; generating again
    changes nothing.
    """
    root = _repository_root()
    outdated = outdated_files(root, all_generated_files(root, _language(language)))
    for path, content in outdated.items():
        click.echo(f"{path} {'is outdated' if check else 'written'}", err=check)
        if not check:
            _write(root / path, content)
    if check and outdated:
        raise SystemExit(1)


def all_generated_files(root: Path, language: Language) -> dict[Path, str]:
    """Contents by path below the root of the repository."""
    page = {Path("docs/cli.md"): cli_page(cli.main, "lotofacil")}
    return generated_files(root, language) | page


def _repository_root() -> Path:
    root = Path.cwd()
    if not (root / "pyproject.toml").is_file():
        raise click.ClickException("no pyproject.toml here: run this at the root of the repository")
    return root


def _language(chosen: str | None) -> Language:
    try:
        return Language(chosen) if chosen else load_settings().LOTOFACIL_LANGUAGE
    except InvalidSettings as error:
        raise click.ClickException(str(error)) from None


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, "utf-8")
