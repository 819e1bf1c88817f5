"""Which version is in use, and which still predict."""

from typing import NamedTuple

import pytest

from exporter.domain.moments import DAY
from exporter.domain.versions import in_use, still_predicts


class Seen(NamedTuple):
    """A version as it is known."""

    version: str
    last_predicted_at: int = 0
    promoted: bool = False
    role: str = "model"


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        ([Seen("random", 9, promoted=True, role="control")], None),
        ([Seen("v1", 9), Seen("v2", 5)], "v1"),
        ([Seen("v2", 5), Seen("v1", 5)], "v2"),
        ([Seen("v1", 0, promoted=True), Seen("v2", 5)], "v1"),
        ([Seen("v1", 3), Seen("random", 9, role="control")], "v1"),
    ],
)
def test_the_promoted_one_is_in_use_else_the_newest(
    versions: list[Seen], expected: str | None
) -> None:
    for order in (versions, versions[::-1]):
        used = in_use(order)
        assert (used and used.version) == expected


def test_a_version_still_predicts_for_a_week() -> None:
    assert still_predicts(1, 7 * DAY)
    assert not still_predicts(0, 7 * DAY)
