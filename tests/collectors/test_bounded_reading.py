"""Which versions /metrics shows by name."""

from exporter.collectors.bounded_reading import MAX_VERSIONS, OTHER, work_out
from exporter.domain.definitions import KNOWN_GAMES
from exporter.storage.read_models import ModelRow
from exporter.storage.snapshot import Reading


def version(at: int, name: str, last_predicted_at: int) -> ModelRow:
    return ModelRow(at, 1, "lotofacil", name, "model", False, at, last_predicted_at)


def test_a_version_that_predicts_still_keeps_its_name_however_many_began_since() -> None:
    """Else its series ends, and every alert about it with them."""
    later = [version(at, f"v{at}", at) for at in range(2, 2 + MAX_VERSIONS)]
    reading = Reading(0, [version(1, "v1", 1000), *later])
    shown = [model.row.version for model in work_out(reading, KNOWN_GAMES).models]
    assert "v1" in shown
    assert "v2" not in shown
    assert shown[-1] == OTHER
