"""Another exporter as the destination of records, over HTTP: EXPORTER_URL."""

import json
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from http.client import CONFLICT, CREATED, OK, UNPROCESSABLE_ENTITY
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

from exporter.domain.batches import Columns, predictions_of
from exporter.domain.games import Games
from exporter.domain.moments import from_micros
from exporter.domain.prediction_parser import PredictionParser
from exporter.domain.predictions import (
    MILLION,
    Failure,
    InvalidPrediction,
    Prediction,
    names_filled,
)
from exporter.domain.results import InvalidResult
from exporter.domain.tickets import decode, joined
from exporter.logs import get_logger
from exporter.outbound.exporter_client import ExporterAway, ExporterClient, ExporterRefused
from exporter.services.delivery import DestinationAway
from exporter.services.envelopes import (
    Quarantined,
    Record,
    SpooledResult,
    failure_key,
    quarantine_key,
    refused,
)
from exporter.services.known_models import GameModels
from exporter.storage.draws import Recorded
from exporter.storage.ingest import Ingested
from exporter.storage.result_keys import ConflictingResult

_log = get_logger(__name__)
#: Statuses of items that were stored, now or before.
_TAKEN = frozenset({CREATED, OK})
#: Answers to a failure that none but another failure could better: its key, or its moment.
_FINAL = frozenset({CONFLICT, UNPROCESSABLE_ENTITY})


class NotOverHttp(RuntimeError):
    """A call that needs the database itself, made where only an exporter is known."""


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except ExporterAway as error:
        raise DestinationAway(str(error)) from None


@contextmanager
def _recording() -> Iterator[None]:
    """For what recording asks: a refusal, too, leaves the record to the spool, never to nobody."""
    try:
        with _reachable():
            yield
    except ExporterRefused as error:
        _log.warning("exporter_refuses", status=error.status, reason=str(error))
        raise DestinationAway(f"the exporter answers {error.status}: {error}") from None


@contextmanager
def _invalid() -> Iterator[None]:
    try:
        yield
    except ExporterRefused as error:
        if error.status != UNPROCESSABLE_ENTITY:
            raise
        field, _, reason = str(error).partition(": ")
        raise InvalidResult(field, reason) from None


@contextmanager
def _conflicting(key: str | None) -> Iterator[None]:
    try:
        yield
    except ExporterRefused as error:
        if key is None or error.status != CONFLICT or not str(error).startswith("idempotency_key"):
            raise
        raise ConflictingResult(key) from None


def body_of(prediction: Prediction, games: Games) -> dict[str, Any]:
    """The prediction with the documented names, as REST takes and gives it."""
    p = prediction
    filled = names_filled(p)
    return {
        "game_type": p.game,
        "numbers": decode(joined(p.numbers, p.numbers_high), games[p.game]),
        "confidence": None if p.confidence is None else p.confidence / MILLION,
        "model_version": p.model_version,
        "metadata": None if p.metadata is None else json.loads(p.metadata),
        "draw_number": p.draw_number,
        "predicted_at": from_micros(p.predicted_at).isoformat(),
        "latency": None if p.latency is None else p.latency / MILLION,
        "role": p.role,
        "idempotency_key": p.key,
        **({"filled_in": filled} if filled else {}),
    }


class HttpDelivery:
    """Sends spooled records in the order they came; repeating a delivery changes nothing."""

    def __init__(self, client: ExporterClient, games: Games) -> None:
        self._client = client
        self._games = games

    def deliver(self, records: Sequence[Record]) -> None:
        """See Delivery. What the exporter refuses for good is handed to its quarantine."""
        with _reachable():
            for kind, run in groupby(records, key=type):
                if kind is Prediction:
                    self._send([one for one in run if isinstance(one, Prediction)])
                else:
                    for record in run:
                        self._send_other(record)

    def _send(self, batch: list[Prediction]) -> None:
        bodies = [body_of(prediction, self._games) for prediction in batch]
        items = self._client.post_predictions(bodies)
        _quarantine(self._client, batch, bodies, items, but=_TAKEN)

    def _send_other(self, record: Record) -> None:
        if isinstance(record, Failure):
            self._send_failure(record)
        elif isinstance(record, Quarantined):
            self._client.post("/api/quarantine", record._asdict())
        elif isinstance(record, SpooledResult):
            self._send_result(record)

    def _send_failure(self, failure: Failure) -> None:
        body = _failure_body(failure)
        try:
            self._client.post("/api/failures", body)
        except ExporterRefused as error:
            if error.status not in _FINAL:
                raise
            _log.warning("failure_refused", idempotency_key=failure.key, reason=str(error))
            head = ("prediction", failure.game, failure_key(failure), str(error))
            kept = refused(*head, body, max(failure.failed_at, 0))
            self._client.post("/api/quarantine", kept._asdict())

    def _send_result(self, record: SpooledResult) -> None:
        body = record.body(self._games[record.game])
        try:
            self._client.post("/api/results", body)
        except ExporterRefused as error:  # its clock may differ, or the draw be closed
            _log.warning("result_refused", draw=record.number, reason=str(error))
            head = ("result", record.game, str(record.number), str(error))
            kept = refused(*head, body, record.accepted_at)
            self._client.post("/api/quarantine", kept._asdict())


def _quarantine(
    client: ExporterClient,
    batch: Sequence[Prediction],
    bodies: Sequence[dict[str, Any]],
    items: Sequence[dict[str, Any]],
    but: Set[int],
) -> None:
    """Hands over what the exporter did not take, but for these statuses: nothing is lost."""
    for prediction, body, item in zip(batch, bodies, items, strict=True):
        if item["status"] not in but:
            why = str(item.get("detail", f"answered {item['status']}"))
            _log.warning("prediction_refused", idempotency_key=prediction.key, reason=why)
            # Under its key it may be mended; what is stored under that already is another one.
            is_taken = item["status"] == CONFLICT
            key = quarantine_key("refused", prediction) if is_taken else prediction.key
            head = ("prediction", prediction.game, key, why)
            at = max(prediction.predicted_at, 0)  # its own: handed over again, it is the same
            kept = refused(*head, body, at)
            client.post("/api/quarantine", kept._asdict())


def _failure_body(failure: Failure) -> dict[str, Any]:
    return {
        "game_type": failure.game,
        "error": failure.error,
        "failed_at": from_micros(failure.failed_at).isoformat(),
        "model_version": failure.model_version,
        "latency": None if failure.latency is None else failure.latency / MILLION,
        "role": failure.role,
        "idempotency_key": failure.key,
    }


class HttpRecords:
    """What services ask of the destination, asked over HTTP."""

    def __init__(self, client: ExporterClient, games: Games, parser: PredictionParser) -> None:
        self._client = client
        self._games = games
        self._parser = parser

    def find(self, key: str) -> Prediction | None:
        """The stored prediction with this key; raises DestinationAway."""
        with _recording():
            found = self._client.prediction(key)
        return self._parser.parse(found) if found else None

    def find_failure(self, key: str) -> Failure | None:
        """Nothing: the exporter itself tells a conflict when the failure is delivered."""

    def write(self, batches: Sequence[Columns]) -> Ingested:
        """Sends batches at once; raises DestinationAway.

        Items that the exporter refuses are quarantined there, told, and not counted as stored.
        """
        done, before = Ingested(), 0
        with _recording():
            for columns in batches:
                batch = predictions_of(columns)
                bodies = [body_of(one, self._games) for one in batch]
                items = self._client.post_predictions(bodies)
                _quarantine(self._client, batch, bodies, items, but=_TAKEN | {CONFLICT})
                done, before = done.then(_ingested(items), before), before + len(items)
        return done

    def models(self, game: str) -> GameModels:
        """A game's model versions; raises DestinationAway."""
        with _recording():
            known = [one for one in self._client.models() if one["game"] == game]
        in_use = [one for one in known if one["active"] and one["role"] == "model"]
        roles = {str(one["model_version"]): str(one["role"]) for one in known}
        return GameModels(str(in_use[-1]["model_version"]) if in_use else None, roles)

    def record_result(self, record: SpooledResult) -> Recorded:
        """See ResultRecords; the exporter notes who it knows in place of `recorded_by`.

        Raises DestinationAway, InvalidResult where the exporter knows better, ExporterRefused,
        ConflictingResult. DestinationAway, too, where the result waits in the exporter's spool: it
        is not known yet what it is, and to send it again changes nothing.
        """
        body = record.body(self._games[record.game])
        with _reachable(), _invalid(), _conflicting(record.key):
            done = self._client.post("/api/results", body)
        if done["status"] == "waiting":
            raise DestinationAway("it waits in the exporter's spool, too")
        return Recorded(done["status"])

    def set_reference(self, game: str, version: str, accuracy: int | None) -> None:
        """Names an accuracy (millionths), or none; raises DestinationAway, ExporterRefused."""
        share = None if accuracy is None else accuracy / MILLION
        body = {"game_type": game, "model_version": version, "accuracy": share}
        with _reachable():
            self._client.post("/api/references", body)

    def promote(self, game: str, version: str) -> None:
        """Needs the database; raises NotOverHttp."""
        del game
        _refuse(f"update_model_version({version!r})")

    def cleanup(self, days: int) -> int:
        """Needs the database; raises NotOverHttp."""
        _refuse(f"cleanup_old_data(days={days})")

    def backup(self, path: Path, *, compress: bool, retention_days: int | None) -> Path:
        """Needs the database; raises NotOverHttp."""
        del compress, retention_days
        _refuse(f"backup_data({str(path)!r})")


def _ingested(items: Sequence[dict[str, Any]]) -> Ingested:
    stored, repeated, conflicts = (
        frozenset(place for place, one in enumerate(items) if one["status"] == status)
        for status in (CREATED, OK, CONFLICT)
    )
    faults = {p: one for p, one in enumerate(items) if one["status"] == UNPROCESSABLE_ENTITY}
    refused = {place: _fault(one) for place, one in faults.items()}
    return Ingested(len(stored), repeated, conflicts, refused)


def _fault(item: dict[str, Any]) -> InvalidPrediction:
    field, _, why = str(item.get("detail")).partition(": ")
    return InvalidPrediction(field, why)


def _refuse(call: str) -> NoReturn:
    raise NotOverHttp(f"{call}: needs the database; call it where DATABASE_URL names it")
