"""Where a command is called: a folder of its own, in English, with an empty database."""

from pathlib import Path

import pytest


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> str:
    """The URL that DATABASE_URL holds, of a database in the working folder."""
    url = "sqlite:///metrics.db"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOTOFACIL_LANGUAGE", "en")
    monkeypatch.setenv("DATABASE_URL", url)
    Path("metrics.db").write_bytes(sqlite_template.read_bytes())
    return url
