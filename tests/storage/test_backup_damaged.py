"""Whatever became of a backup, it is refused in one line, or restored as it was."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from exporter.storage import backup, dump, schema
from exporter.storage.dump import DamagedBackup
from exporter.storage.engine import reading
from exporter.storage.restore import RestoreRefused, restore
from tests.databases import copy_of, empty, opened
from tests.storage.records import MONDAY, draw_time, record, store, ticket

Content = dict[str, list[tuple[Any, ...]]]
FLIPS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=3
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["table", "counts"]), inner),
    max_leaves=5,
)


class Backups(NamedTuple):
    """What was backed up, in each form, and an empty database to restore into."""

    content: Content
    packed_lines: bytes
    packed_sqlite: bytes
    into: Engine
    folder: Path

    def outcome(self, name: str, damaged: bytes) -> Content | None:
        """What was restored; nothing when it was refused."""
        path = self.folder / name
        path.write_bytes(damaged)
        told: list[str] = []
        try:
            restore(self.into, path, self.folder)
        except (DamagedBackup, RestoreRefused) as error:
            told = str(error).splitlines()
        found = content(self.into)
        empty(self.into)
        assert len(told) == (0 if any(found.values()) else 1)
        return None if told else found


@pytest.fixture(scope="module")
def backups(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backups]:
    folder = tmp_path_factory.mktemp("damaged")
    with (
        opened(copy_of(sqlite_template, folder / "source.db")) as source,
        opened(copy_of(sqlite_template, folder / "into.db")) as into,
    ):
        store(source, *(ticket(f"é{n}", draw_time(n)) for n in (100, 101, 102)))
        record(source, 100)
        whole = content(source)
        lines = io.StringIO()
        with reading(source) as connection:
            dump.write(connection, lines)
        copy = backup.write(source, folder, compress=True, retention_days=None, now=MONDAY)
        packed = gzip.compress(lines.getvalue().encode())
        yield Backups(whole, packed, copy.read_bytes(), into, folder)


def content(engine: Engine) -> Content:
    """Without what the backup itself notes."""
    with reading(engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in schema.METADATA.sorted_tables
            if table.name != "maintenance"
        }


def flipped(whole: bytes, flips: list[tuple[float, int]]) -> bytes:
    damaged = bytearray(whole)
    for share, bit in flips:
        damaged[int(share * len(whole))] ^= 1 << bit
    return bytes(damaged)


def test_whole_ones_are_restored(backups: Backups) -> None:
    assert backups.outcome("a.jsonl.gz", backups.packed_lines) == backups.content
    assert backups.outcome("a.jsonl", gzip.decompress(backups.packed_lines)) == backups.content
    assert backups.outcome("a.db.gz", backups.packed_sqlite) == backups.content


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(flips=FLIPS, cut=st.none() | st.floats(0, 1))
def test_a_packed_one_is_refused_or_as_it_was(
    backups: Backups, flips: list[tuple[float, int]], cut: float | None
) -> None:
    """Flipped bits in the lines, and in the copy; the checksum tells, wherever they are."""
    for name, whole in (("b.jsonl.gz", backups.packed_lines), ("b.db.gz", backups.packed_sqlite)):
        damaged = flipped(whole, flips)[: None if cut is None else int(cut * len(whole))]
        assert backups.outcome(name, damaged) in (None, backups.content)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(flips=FLIPS)
def test_one_without_a_checksum_is_refused_or_restored(
    backups: Backups, flips: list[tuple[float, int]]
) -> None:
    backups.outcome("c.jsonl", flipped(gzip.decompress(backups.packed_lines), flips))
    backups.outcome("c.db", flipped(gzip.decompress(backups.packed_sqlite), flips))


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_edited_lines_are_refused_or_restored(backups: Backups, data: st.DataObject) -> None:
    lines = gzip.decompress(backups.packed_lines).decode().splitlines()
    edit = data.draw(st.sampled_from([_without, _twice, _replaced, _changed]))
    lines = edit(lines, data.draw(st.integers(0, len(lines) - 1)), data.draw(JSON))
    backups.outcome("d.jsonl", "\n".join([*lines, ""]).encode("utf-8", "surrogatepass"))


def _without(lines: list[str], place: int, _: object) -> list[str]:
    return lines[:place] + lines[place + 1 :]


def _twice(lines: list[str], place: int, _: object) -> list[str]:
    return [*lines[:place], lines[place], *lines[place:]]


def _replaced(lines: list[str], place: int, value: object) -> list[str]:
    return [*lines[:place], json.dumps(value), *lines[place + 1 :]]


def _changed(lines: list[str], place: int, value: object) -> list[str]:
    """One value of the line, or of the head of a table, is another one."""
    found = json.loads(lines[place])
    key: Any = list(found)[-1] if isinstance(found, dict) else len(found) - 1
    found[key] = value
    return _replaced(lines, place, found)


@pytest.mark.parametrize(
    "edit",
    [
        lambda lines: ['{"format":1}', *lines[1:]],
        lambda lines: ['{"format":1,"revision":"a\\nb"}', *lines[1:]],
        lambda lines: [lines[0], '{"table":"a\\nb","columns":[]}', "[]", *lines[1:]],
        lambda lines: [lines[0], '{"table":"predictions"}', *lines[2:]],
        lambda lines: [lines[0], '{"columns":["id"]}', *lines[2:]],
        lambda lines: [lines[0], "7", *lines[1:]],
        lambda lines: [*lines[:2], "[1]", *lines[2:]],
        lambda lines: [*lines[:-1], '{"counts":7}'],
        lambda lines: [*lines, "more"],
    ],
)
def test_lines_of_another_form_are_refused(
    backups: Backups, edit: Callable[[list[str]], list[str]]
) -> None:
    lines = edit(gzip.decompress(backups.packed_lines).decode().splitlines())
    assert backups.outcome("e.jsonl", "\n".join([*lines, ""]).encode()) is None
