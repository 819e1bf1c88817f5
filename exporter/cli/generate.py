"""`lotofacil generate`: writes what is generated and committed, or checks that it is current."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from exporter import cli
from exporter.app import build, build_web
from exporter.cli.reference import cli_page
from exporter.config import InvalidSettings, load_settings
from exporter.messages import Language
from exporter.stack.generated import generated_files, outdated_files
from exporter.web.openapi import document_of


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
    pages = {
        Path("docs/cli.md"): cli_page(cli.main, "lotofacil"),
        Path("docs/openapi.json"): openapi_document(),
    }
    return generated_files(root, language) | pages


def openapi_document() -> str:
    """What the REST API says of itself, whatever the settings are."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/metrics.db"
        overrides = {"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": Path(folder)}
        application = build(load_settings(overrides))
        document = document_of(build_web(application))
        application.close()
    document["info"]["version"] = "as served"
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


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
