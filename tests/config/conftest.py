import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exporter.config import InvalidSettings, Settings, load_settings


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and an environment with none of our settings."""
    for name in list(os.environ):
        if name.upper().removesuffix("_FILE") in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets variables of the environment."""

    def give(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return give


def faults(overrides: Mapping[str, object] | None = None) -> list[str]:
    """The lines of what is wrong."""
    with pytest.raises(InvalidSettings) as caught:
        load_settings(overrides)
    return str(caught.value).splitlines()
