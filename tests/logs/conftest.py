"""Logs are set up once per process; these tests put everything back."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from exporter.logs import lines


@pytest.fixture(autouse=True)
def fresh_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    output = vars(lines.Output())
    for name, value in output.items():
        monkeypatch.setattr(lines.OUTPUT, name, value)
    yield
    if lines.OUTPUT.file:
        lines.OUTPUT.file.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
