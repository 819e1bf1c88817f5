"""What is generated is committed, and generating again changes nothing."""

from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from exporter.cli import COMMANDS
from exporter.cli.generate import all_generated_files, generate
from exporter.collectors.catalog import CATALOG
from exporter.config import Settings
from exporter.messages import Language
from exporter.stack.generated import outdated_files

ROOT = Path(__file__).parents[2]


@cache
def generated() -> dict[Path, str]:
    """What the committed files should be."""
    return all_generated_files(ROOT, Language.PT_BR)


def test_committed_files_are_the_generated_ones() -> None:
    assert sorted(outdated_files(ROOT, generated())) == [], (
        "run `lotofacil generate` and commit the result"
    )


def test_no_dashboard_lies_about_that_nobody_generates() -> None:
    folder = Path("grafana/dashboards")
    found = {file.relative_to(ROOT) for file in (ROOT / folder).glob("*.json")}
    assert found == {path for path in generated() if path.parent == folder}


def test_every_metric_is_in_its_page() -> None:
    page = generated()[Path("docs/metrics.md")]
    assert all(f"`{metric.exposed_name}`" in page for metric in CATALOG.values())


def test_every_setting_is_in_its_page_with_a_meaning() -> None:
    page = generated()[Path("docs/settings.md")]
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    assert set(rows) == set(Settings.model_fields)
    assert all(row.split("|")[4].strip() for row in rows.values())
    assert "| yes |" in rows["SMTP_PASSWORD"]


def test_every_alert_is_in_its_page() -> None:
    page = generated()[Path("docs/alerts.md")]
    rules = (file.read_text("utf-8") for file in (ROOT / "prometheus" / "rules").glob("*.yml"))
    lines = (line.split("alert: ") for text in rules for line in text.splitlines())
    names = {line[1] for line in lines if len(line) == 2}
    assert names
    assert all(f"[{name}](runbooks/{name}.md)" in page for name in names)


def test_every_command_is_in_its_page() -> None:
    page = generated()[Path("docs/cli.md")]
    assert all(f"## lotofacil {command}" in page for command in COMMANDS)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that looks like the root of the repository."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "prometheus").mkdir()
    (tmp_path / "prometheus" / "rules").symlink_to(ROOT / "prometheus" / "rules")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_generate_writes_what_check_then_accepts(repository: Path) -> None:
    written = CliRunner().invoke(generate)
    assert written.exit_code == 0
    assert outdated_files(repository, generated()) == {}
    assert CliRunner().invoke(generate, ["--check"]).output == ""


def test_check_names_each_outdated_file_and_fails(repository: Path) -> None:
    CliRunner().invoke(generate)
    page = repository / "docs" / "metrics.md"
    page.write_text("changed by hand", "utf-8")
    checked = CliRunner().invoke(generate, ["--check"])
    assert checked.exit_code == 1
    assert checked.output == "docs/metrics.md is outdated\n"
    assert page.read_text("utf-8") == "changed by hand"


@pytest.mark.usefixtures("repository")
def test_dashboards_follow_the_setting_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTOFACIL_LANGUAGE", "en")
    CliRunner().invoke(generate)
    assert outdated_files(Path(), all_generated_files(ROOT, Language.EN)) == {}
    assert len(outdated_files(Path(), generated())) == 3


def test_generate_elsewhere_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(generate)
    assert refused.exit_code == 1
    assert refused.output.count("\n") == 1
    assert "pyproject.toml" in refused.output
