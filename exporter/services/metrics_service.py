"""Recording predictions: the documented Metrics Service."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal, Protocol, SupportsFloat, SupportsIndex
from uuid import uuid4

import msgspec

from exporter.domain.batches import BatchParser, Columns, predictions_of
from exporter.domain.games import UNKNOWN_GAME, Games
from exporter.domain.periods import parse_days
from exporter.domain.plain_values import json_value
from exporter.domain.prediction_fields import (
    is_key,
    parse_latency,
    parse_optional_text,
    parse_past,
    parse_role_of,
)
from exporter.domain.prediction_parser import NAMES, PredictionParser
from exporter.domain.predictions import (
    VERSION,
    Failure,
    InvalidPrediction,
    Prediction,
    contradiction,
    same_body,
    same_failure,
)
from exporter.domain.references import parse_reference
from exporter.domain.texts import storable
from exporter.forks import on_fork
from exporter.logs import get_logger
from exporter.services.delivery import DestinationAway
from exporter.services.envelopes import Quarantined, refused
from exporter.services.intake import Intake
from exporter.services.keyed_records import KeyedRecords, Stored
from exporter.services.known_models import GameModels, KnownModels
from exporter.storage.ingest import Ingested

_log = get_logger(__name__)
Outcome = Literal["stored", "repeated", "conflict"]


class ConflictingPrediction(ValueError):
    """The idempotency key was used before for another prediction."""


class ConflictingFailure(ValueError):
    """The idempotency key was used before for another failed call."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch: how many were stored, and which items (by index) were not."""

    stored: int = 0
    repeated: frozenset[int] = frozenset()
    conflicts: frozenset[int] = frozenset()
    refused: Mapping[int, InvalidPrediction] = field(default_factory=dict)
    keys: tuple[str | None, ...] = ()


class Records(Stored, Protocol):
    """The destination's records, as far as recording needs to look at them."""

    def write(self, batches: Sequence[Columns]) -> Ingested:
        """Stores batches at once; raises DestinationAway."""

    def models(self, game: str) -> GameModels:
        """A game's model versions; raises DestinationAway."""

    def promote(self, game: str, version: str) -> None:
        """Puts a model version in use; raises DestinationAway, ContradictedRole."""

    def set_reference(self, game: str, version: str, accuracy: int | None) -> None:
        """Names an accuracy (millionths), or none; raises DestinationAway, UnknownModelVersion."""

    def cleanup(self, days: int) -> int:
        """Deletes raw predictions older than this; raises DestinationAway."""

    def backup(self, path: Path, *, compress: bool, retention_days: int | None) -> Path:
        """Writes a verified backup; raises DestinationAway or OSError."""


_metadata = msgspec.json.Encoder(enc_hook=json_value)


def encode_metadata(metadata: Any) -> str:
    """JSON text of a prediction's metadata; raises TypeError or ValueError."""
    return _metadata.encode(metadata).decode()


class MetricsService:
    """Takes predictions in. Invalid ones are quarantined with a warning, or raise when strict."""

    def __init__(
        self, intake: Intake, records: Records, games: Games, now: Callable[[], int]
    ) -> None:
        self._intake = intake
        self._records = records
        self._games = games
        self._now = now
        self._keyed = KeyedRecords(intake, records)
        self._models = KnownModels(self._ask_models, now)
        self._begin()
        on_fork(self, MetricsService._begin)

    def _begin(self) -> None:
        """New keys, in a forked child too: it must not make those that its parent makes."""
        self._key_prefix, version = uuid4().hex[:16], self._models.in_use
        self._parser = PredictionParser(
            self._games, self._now, encode_metadata, self._key_prefix, version
        )
        self._batches = BatchParser(self._parser)
        # Two at once would only take turns at the interpreter, and hold up single calls twice.
        self._one_batch = Lock()

    def start(self) -> None:
        """Starts delivering what is recorded; recording does so too when it is needed."""
        self._intake.start()

    def stop(self) -> None:
        """Delivers what waits, as far as the destination can be reached, and stops."""
        self._intake.stop()

    def is_running(self) -> bool:
        """Whether records are being delivered in the background."""
        return self._intake.is_running()

    def flush(self) -> bool:
        """Delivers everything accepted so far; False when the destination is away."""
        return self._intake.flush_now()

    def record_prediction(  # noqa: PLR0913 - the documented call
        self,
        game_type: str,
        numbers: Collection[SupportsIndex],
        confidence: SupportsFloat | None = None,
        model_version: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        *,
        draw_number: SupportsIndex | None = None,
        predicted_at: datetime | str | None = None,
        latency: SupportsFloat | None = None,
        role: str | None = None,
        idempotency_key: str | None = None,
        filled_in: Collection[str] | None = None,
        strict: bool = False,
    ) -> Prediction | None:
        """Records one prediction; once this returns it survives a crash and a database outage.

        A power cut, too, with SPOOL_SYNC=full.

        Numbers may be those of any library, `numbers` any collection of them in one dimension.
        `confidence` is a share from 0 to 1, `latency` the predictor's seconds, `draw_number`
        None the first draw at or after `predicted_at` (now). One that breaks its game's rules, or
        looks further ahead than its next draws, is quarantined and None returned; with `strict` it
        raises InvalidPrediction instead.
        `filled_in` is for who passes predictions on: names ("predicted_at", "model_version") that
        its own caller left out, so that the same call again may differ in them.
        Raises ConflictingPrediction when the key was used for another one, SpoolFull when
        there is no room.
        """
        given = (
            game_type,
            numbers,
            confidence,
            model_version,
            metadata,
            draw_number,
            predicted_at,
            latency,
            role,
            idempotency_key,
            filled_in,
        )
        try:
            prediction = self._parser.check(given)
            if prediction.role:
                self._check_role(prediction.role, prediction.game, prediction.model_version)
        except InvalidPrediction as error:
            if strict:
                raise
            self._quarantine(dict(zip(NAMES, given, strict=True)), error)
            return None
        if idempotency_key is None:
            self._intake.accept(prediction)
            return prediction
        return self._record_once(prediction)

    def _record_once(self, prediction: Prediction) -> Prediction:
        first = self._keyed.accept(prediction)
        if first is prediction:
            return prediction
        if not same_body(first._replace(role=self.role_of(first)), prediction):
            raise ConflictingPrediction(
                f"idempotency_key: {prediction.key!r} was used before for another prediction"
            )
        return first

    def find(self, key: str) -> Prediction | None:
        """The prediction with this key, waiting or stored; None when the database is away.

        Whatever the text: what is no key of a prediction is not looked for.
        """
        return self._keyed.find(Prediction, key) if is_key(key) else None

    def role_of(self, prediction: Prediction) -> str:
        """The role it was given or else its version's; a new one's is that of a model."""
        version = prediction.model_version
        known = version and self._models.role(prediction.game, version)
        return prediction.role or known or "model"

    def _check_role(self, role: str, game: str, version: str | None) -> None:
        """Raises InvalidPrediction; what cannot be known yet is looked at on delivery."""
        known = version and self._models.role(game, version)
        if version and known and known != role:
            raise contradiction(role, version, known)

    def record_predictions(self, batch: Iterable[Mapping[str, Any]]) -> Batch:
        """Records many at once, each a mapping with `record_prediction`'s names.

        Valid ones are stored together before this returns (on disk, when the database is
        away); the others are told in `refused`, by their index, and not quarantined.
        """
        with self._one_batch:
            parsed = self._batches.parse(list(batch))
        made = self._key_prefix
        self._keyed.settle([key for key in parsed.keys if key and not key.startswith(made)])
        result = self._store(parsed.columns)
        repeated, conflicts = (
            frozenset(parsed.places[place] for place in places)
            for places in (result.repeated, result.conflicts)
        )
        contradicting = {parsed.places[place]: why for place, why in result.refused.items()}
        refused = {**parsed.refused, **contradicting}
        return Batch(result.stored, repeated, conflicts, refused, tuple(parsed.keys))

    def _store(self, batches: Sequence[Columns]) -> Ingested:
        if not batches:
            return Ingested()
        try:
            with self._intake.outage.spared():
                return self._records.write(batches)
        except DestinationAway:
            waiting = [one for columns in batches for one in predictions_of(columns)]
            self._intake.accept_all(waiting)
            return Ingested(len(waiting))

    def record_failure(
        self,
        game_type: str,
        error: str,
        model_version: str | None = None,
        *,
        latency: SupportsFloat | None = None,
        role: str | None = None,
        failed_at: datetime | str | None = None,
        idempotency_key: str | None = None,
    ) -> Failure:
        """Records a predictor call that failed, for the error rate; `latency` in seconds.

        `failed_at` None is now. Raises InvalidPrediction that names what cannot be used,
        ConflictingFailure when the key was used for another call.
        """
        game = self._games[game_type].name
        version = self._parser.version(model_version, game)
        if checked_role := parse_role_of(role, model_version):
            self._check_role(checked_role, game, version)
        failure = Failure(
            parse_optional_text("idempotency_key", idempotency_key) or uuid4().hex,
            game,
            version,
            checked_role,
            parse_past(failed_at, self._now(), "failed_at"),
            parse_latency(latency),
            storable(str(error)[:2000]),
            (model_version is None) * VERSION,
        )
        if idempotency_key is None:
            self._intake.accept(failure)
            return failure
        first = self._keyed.accept(failure)
        if not same_failure(first, failure):
            raise ConflictingFailure(
                f"idempotency_key: {failure.key!r} was used before for another failure"
            )
        return first

    def update_model_version(self, version: str, game_type: str = "lotofacil") -> None:
        """Puts a model version in use; predictions without a version are counted under it.

        Raises ContradictedRole where it is a control arm's, DestinationAway.
        """
        game = self._games[game_type].name
        checked = self._parser.model_version(version)
        self._records.promote(game, checked)
        self._models.forget(game)

    def set_reference_accuracy(
        self, model_version: str, accuracy: SupportsFloat | None, game_type: str = "lotofacil"
    ) -> None:
        """Names an accuracy (0 to 1, such as the one claimed at release) to hold a version to.

        Evidence against it counts from the version's first draw, as that against chance does.
        One named before is replaced, with None forgotten. Raises InvalidReference,
        UnknownModelVersion, UnknownGame, DestinationAway.
        """
        game = self._games[game_type].name
        parsed = None if accuracy is None else parse_reference(accuracy)
        self._intake.flush()  # the version may wait to be written for the first time
        self._records.set_reference(game, model_version, parsed)

    def quarantine(self, record: Quarantined) -> None:
        """Keeps a record that another process refused; 0 for its moment is now."""
        game = record.game if record.game in self._games else UNKNOWN_GAME
        at = record.quarantined_at or self._now()
        self._intake.accept(record._replace(game=game, quarantined_at=at))

    def _ask_models(self, game: str) -> GameModels:
        with self._intake.outage.spared():
            return self._records.models(game)

    def _quarantine(self, raw: Mapping[str, Any], error: InvalidPrediction) -> None:
        given = raw["game_type"]
        game = self._games[given].name if given in self._games else UNKNOWN_GAME
        key = raw["idempotency_key"]
        name = key if is_key(key) else uuid4().hex
        _log.warning("prediction_quarantined", game=game, reason=str(error))
        self._intake.accept(refused("prediction", game, name, str(error), raw, self._now()))

    def backup_data(
        self, backup_path: str | Path, compress: bool = True, retention_days: int | None = None
    ) -> Path:
        """Writes a verified backup into the folder and removes older ones; the new file's path."""
        if retention_days is not None:
            parse_days(retention_days, "retention_days")
        self._intake.flush()
        return self._records.backup(
            Path(backup_path), compress=compress, retention_days=retention_days
        )

    def cleanup_old_data(self, days: SupportsIndex) -> int:
        """Deletes raw predictions older than `days`; roll-ups and totals stay. How many went."""
        return self._records.cleanup(parse_days(days))
