"""Recording predictions: the documented Metrics Service."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, SupportsFloat, SupportsIndex
from uuid import uuid4

import msgspec

from exporter.domain.batches import BatchParser, Columns, predictions_of
from exporter.domain.fates import Fate, Fates
from exporter.domain.games import UNKNOWN_GAME
from exporter.domain.periods import parse_days
from exporter.domain.plain_values import json_value
from exporter.domain.prediction_fields import (
    is_key,
    parse_duration,
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
    same_record,
)
from exporter.domain.references import parse_reference
from exporter.domain.texts import storable
from exporter.logs import get_logger
from exporter.recording.destination import GameModels
from exporter.recording.envelopes import Quarantined, refused
from exporter.recording.known_models import KnownModels
from exporter.recording.service import RecordingService

_log = get_logger(__name__)
_KEY = NAMES.index("idempotency_key")
_metadata = msgspec.json.Encoder(enc_hook=json_value)


def encode_metadata(metadata: Any) -> str:
    """JSON text of a prediction's metadata; raises TypeError or ValueError."""
    return _metadata.encode(metadata).decode()


class MetricsService(RecordingService):
    """Takes predictions in. Invalid ones are quarantined with a warning, or raise when strict."""

    @cached_property
    def _models(self) -> KnownModels:
        return KnownModels(self._ask_models, self._now)

    def _begin(self) -> None:
        """New keys, in a forked child too: it must not make those that its parent makes."""
        self._key_prefix, version = uuid4().hex[:16], self._models.in_use
        self._parser = PredictionParser(
            self._games, self._now, encode_metadata, self._key_prefix, version
        )
        self._batches = BatchParser(self._parser)
        # Two at once would only take turns at the interpreter, and hold up single calls twice.
        self._one_batch = Lock()

    def flush(self) -> bool:
        """Delivers everything accepted so far; False when the destination is away."""
        return self._intake.courier.flush_now()

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
        Raises ConflictingKey when the key was used for another one, SpoolFull when there is no
        room.
        """
        values = (
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
            return self._record(values)[0]
        except InvalidPrediction as error:
            if strict:
                raise
            self._quarantine(dict(zip(NAMES, values, strict=True)), error)
            return None

    def record(self, raw: Mapping[str, Any]) -> tuple[Prediction, Fate]:
        """The same for a mapping with these names, strictly: what counts, and if it was new."""
        return self._record(tuple(map(raw.get, NAMES)))

    def _record(self, values: Sequence[Any]) -> tuple[Prediction, Fate]:
        prediction = self._parser.check(values)
        if prediction.role:
            self._check_role(prediction.role, prediction.game, prediction.model_version)
        key = None if values[_KEY] is None else prediction.key
        return self._intake.accept_once(prediction, key, self._is_same)

    def _is_same(self, first: Prediction, again: Prediction) -> bool:
        return same_record(first._replace(role=self.role_of(first)), again)

    def find(self, key: str) -> Prediction | None:
        """The prediction with this key, waiting or stored; None when the database is away.

        Whatever the text: what is no key of a prediction is not looked for.
        """
        return self._intake.find(Prediction, key) if is_key(key) else None

    def role_of(self, prediction: Prediction) -> str:
        """The role it was given or else its version's; a new one's is that of a model."""
        version = prediction.model_version
        of_version = version and self._models.role(prediction.game, version)
        return prediction.role or of_version or "model"

    def _check_role(self, role: str, game: str, version: str | None) -> None:
        """Raises InvalidPrediction; what cannot be known yet is looked at on delivery."""
        of_version = version and self._models.role(game, version)
        if version and of_version and of_version != role:
            raise contradiction(role, version, of_version)

    def record_predictions(self, batch: Iterable[Mapping[str, Any]]) -> Fates:
        """Records many at once, each a mapping with `record_prediction`'s names.

        Valid ones are stored together before this returns (on disk, when the database is
        away); the others are told in `refused`, by their index, and not quarantined.
        """
        with self._one_batch:
            parsed = self._batches.parse(list(batch))
        keys = [key for key in parsed.keys if key and not key.startswith(self._key_prefix)]
        with self._intake.turns.of(keys):
            self._settle(keys)
            fates = Fates()
            if columns := parsed.columns:
                deliver = partial(self._intake.destination.write, columns)
                fates = self._intake.hand_on(deliver, partial(self._keep, columns))
        fates = fates.moved(parsed.places.__getitem__)
        refused = {**parsed.refused, **fates.refused}
        return replace(fates, refused=refused, keys=tuple(parsed.keys))

    def _settle(self, keys: Sequence[str]) -> None:
        """Delivers what waits under one of these keys, as far as that can be."""
        if keys and self._intake.journal.holds_one_of(keys):
            self._intake.courier.flush()

    def _keep(self, batches: Sequence[Columns], _why: str) -> Fates:
        waiting = [prediction for columns in batches for prediction in predictions_of(columns)]
        self._intake.accept_all(waiting)
        return Fates(len(waiting))

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
        ConflictingKey when the key was used for another call.
        """
        call = (game_type, error, model_version, latency, role, failed_at, idempotency_key)
        return self.take_failure(*call)[0]

    def take_failure(
        self,
        game_type: str,
        error: str,
        model_version: str | None,
        latency: SupportsFloat | None,
        role: str | None,
        failed_at: datetime | str | None,
        idempotency_key: str | None,
    ) -> tuple[Failure, Fate]:
        """The same: what counts, and whether it was new."""
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
            parse_duration("latency", latency),
            storable(str(error)[:2000]),
            (model_version is None) * VERSION,
        )
        key = None if idempotency_key is None else failure.key
        return self._intake.accept_once(failure, key, same_record)

    def update_model_version(self, version: str, game_type: str = "lotofacil") -> None:
        """Puts a model version in use; predictions without a version are counted under it.

        Raises ContradictedRole where it is a control arm's, DestinationUnavailable.
        """
        game = self._games[game_type].name
        checked = self._parser.model_version(version)
        self._intake.destination.promote(game, checked)
        self._models.forget(game)

    def set_reference_accuracy(
        self, model_version: str, accuracy: SupportsFloat | None, game_type: str = "lotofacil"
    ) -> None:
        """Names an accuracy (0 to 1, such as the one claimed at release) to hold a version to.

        Evidence against it counts from the version's first draw, as that against chance does.
        One named before is replaced, with None forgotten. Raises InvalidReference,
        UnknownModelVersion, UnknownGame, DestinationUnavailable.
        """
        game = self._games[game_type].name
        parsed = None if accuracy is None else parse_reference(accuracy)
        self._intake.courier.flush()  # the version may wait to be written for the first time
        self._intake.destination.set_reference(game, model_version, parsed)

    def quarantine(self, record: Quarantined) -> None:
        """Keeps a record that another process refused; 0 for its moment is now."""
        game = record.game if record.game in self._games else UNKNOWN_GAME
        at = record.quarantined_at or self._now()
        self._intake.accept(record._replace(game=game, quarantined_at=at))

    def _ask_models(self, game: str) -> GameModels:
        with self._intake.availability.spared():
            return self._intake.destination.models(game)

    def _quarantine(self, raw: Mapping[str, Any], error: InvalidPrediction) -> None:
        name = raw["game_type"]
        game = self._games[name].name if name in self._games else UNKNOWN_GAME
        key = raw["idempotency_key"] if is_key(raw["idempotency_key"]) else uuid4().hex
        _log.warning("prediction_quarantined", game=game, reason=str(error))
        self._intake.accept(refused("prediction", game, key, str(error), raw, self._now()))

    def backup_data(
        self, backup_path: str | Path, compress: bool = True, retention_days: int | None = None
    ) -> Path:
        """Writes a verified backup into the folder and removes older ones; the new file's path.

        Raises NotOverHttp, DestinationUnavailable or OSError.
        """
        from exporter.storage import backup  # noqa: PLC0415 - who records seldom backs up

        if retention_days is not None:
            parse_days(retention_days, "retention_days")
        self._intake.courier.flush()
        folder, now = Path(backup_path), self._now()
        with self._engine(f"backup_data({str(folder)!r})") as engine:
            return backup.write(
                engine, folder, compress=compress, retention_days=retention_days, now=now
            )
