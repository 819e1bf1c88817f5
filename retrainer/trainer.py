"""This project's own training command: `python -m retrainer.trainer --game … --output …`."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from exporter.config import InvalidSettings, Settings, load_settings
from exporter.domain.draw_records import DrawRecord, parse_draws
from exporter.domain.games import Game, UnknownGame
from exporter.domain.moments import rfc3339
from exporter.domain.tickets import decode
from exporter.storage.engine import create_engine_for, reading
from exporter.storage.read_draws import read_draws
from retrainer.model import TrainingDraws, document

#: Most draws that are looked at.
MOST_DRAWS = 5_000


class NoDraws(ValueError):
    """There is nothing to learn from."""


def main(arguments: Sequence[str] | None = None, now: Callable[[], datetime] | None = None) -> int:
    """Trains and writes a model; 0 when it is written, else 1 and one line on standard error."""
    options = _parser().parse_args(arguments)
    moment = now() if now else datetime.now(UTC)
    try:
        written = _train(options, moment)
    except (UnknownGame, NoDraws, InvalidSettings) as error:
        return _fail(str(error))
    except SQLAlchemyError as error:
        return _fail(f"the database cannot be read: {str(error).partition(chr(10))[0]}")
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}")
    print(f"trained on {written} draws")  # noqa: T201 - a command speaks on standard output
    return 0


def from_database(settings: Settings, game: Game, most: int) -> TrainingDraws:
    """The game's newest recorded draws. Raises SQLAlchemyError, NoDraws."""
    engine = create_engine_for(settings.database, settings.SPOOL_SYNC)
    try:
        with reading(engine) as connection:
            rows = read_draws(connection, [game.name], None, None, most)[::-1]
    finally:
        engine.dispose()
    if not rows:
        raise NoDraws(f"no draws of {game.name} are recorded: record results first")
    return TrainingDraws(
        rows[0].number, rows[-1].number, [decode(row.numbers, game) for row in rows]
    )


def from_file(path: Path, game: Game, most: int) -> TrainingDraws:
    """The newest draws of a file (see `lotofacil replay`); bad lines are passed over."""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        records = [record for record in parse_draws(lines, game) if isinstance(record, DrawRecord)]
    draws = sorted(records, key=lambda record: (record.day, record.number))[-most:]
    if not draws:
        raise NoDraws(f"{path}: holds no draws of {game.name}")
    return TrainingDraws(draws[0].number, draws[-1].number, [record.numbers for record in draws])


def _train(options: argparse.Namespace, moment: datetime) -> int:
    settings = load_settings()
    game = settings.games[options.game]
    if options.draws:
        training = from_file(options.draws, game, options.last)
    else:
        training = from_database(settings, game, options.last)
    seed = options.seed if options.seed is not None else int(moment.timestamp() * 1_000_000)
    trained_at = rfc3339(moment)
    model = document(game, training, version=options.version, trained_at=trained_at, seed=seed)
    options.output.write_text(json.dumps(model, indent=1) + "\n", "utf-8")
    return len(training.draws)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m retrainer.trainer", description=__doc__)
    parser.add_argument("--game", required=True)
    parser.add_argument("--output", required=True, type=Path, help="file to write the model to")
    parser.add_argument("--version", required=True, help="name of the new model version")
    parser.add_argument("--draws", type=Path, help="file of draws; without it, the database")
    parser.add_argument("--last", type=_positive, default=MOST_DRAWS, help="newest draws to use")
    parser.add_argument("--seed", type=int, help="without it, taken from the time")
    return parser


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def _fail(line: str) -> int:
    print(line, file=sys.stderr)  # noqa: T201 - a command speaks on standard error
    return 1


if __name__ == "__main__":
    sys.exit(main())
