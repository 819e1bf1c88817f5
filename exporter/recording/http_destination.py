"""Another exporter as the destination of records, over HTTP: EXPORTER_URL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from exporter.domain.batches import Columns, predictions_of
from exporter.domain.fates import Fate, Fates
from exporter.domain.games import Games
from exporter.domain.prediction_parser import PredictionParser
from exporter.domain.predictions import MILLION, Failure, InvalidPrediction, Prediction
from exporter.domain.results import InvalidResult
from exporter.logs import get_logger
from exporter.outbound.exporter_client import ExporterAway, ExporterClient, ExporterRefused
from exporter.recording.destination import DestinationAway, GameModels, NotOverHttp
from exporter.recording.envelopes import Quarantined, Record, SpooledResult
from exporter.recording.quarantining import quarantined

_log = get_logger(__name__)
_PATHS: Mapping[type[Record], str] = {
    Failure: "/api/failures",
    Quarantined: "/api/quarantine",
    SpooledResult: "/api/results",
}
#: What the exporter answers to a record, and with which status.
STATUSES = {
    Fate.NEW: HTTPStatus.CREATED,
    Fate.REPEATED: HTTPStatus.OK,
    Fate.CORRECTED: HTTPStatus.OK,
    Fate.WAITING: HTTPStatus.ACCEPTED,
    Fate.CONFLICT: HTTPStatus.CONFLICT,
    Fate.REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_FATES = {STATUSES[fate]: fate for fate in (Fate.NEW, Fate.REPEATED, Fate.CONFLICT)}


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


class HttpDestination:
    """See Destination. What is stored there already, the exporter tells when it is delivered."""

    def __init__(self, client: ExporterClient, games: Games, parser: PredictionParser) -> None:
        self._client = client
        self._games = games
        self._parser = parser

    def deliver(self, records: Sequence[Record]) -> Fates:
        """See Destination. Raises ExporterRefused where another call may be taken."""
        with _reachable():
            if isinstance(records[0], Prediction):
                return self._post_predictions(records)
            fates = Fates()
            for place, record in enumerate(records):
                fates = fates.then(self._post(record), place)
            return fates

    def write(self, batches: Sequence[Columns]) -> Fates:
        """See Destination. What the exporter refuses is quarantined there, too."""
        fates, before = Fates(), 0
        with _recording():
            for columns in batches:
                batch = predictions_of(columns)
                batch_fates = self._post_predictions(batch)
                for place, fault in batch_fates.refused.items():
                    self._post(quarantined(batch[place], fault, self._games))
                fates, before = fates.then(batch_fates, before), before + len(batch)
        return fates

    def _post_predictions(self, batch: Sequence[Record]) -> Fates:
        items = self._client.post_predictions(list(map(self._body, batch)))
        fates = [_FATES.get(item["status"], Fate.REFUSED) for item in items]

        def places(of: Fate) -> frozenset[int]:
            return frozenset(place for place, fate in enumerate(fates) if fate is of)

        refused = {place: _fault(Prediction, items[place]) for place in places(Fate.REFUSED)}
        new, conflicts = fates.count(Fate.NEW), places(Fate.CONFLICT)
        return Fates(new, places(Fate.REPEATED), conflicts, refused)

    def _body(self, record: Record) -> dict[str, Any]:
        if isinstance(record, Quarantined):
            return record._asdict()
        return record.body(self._games[record.game])

    def _post(self, record: Record) -> Fates:
        try:
            answer = self._client.post(_PATHS[type(record)], self._body(record))
        except ExporterRefused as error:
            return _refusal(record, error)
        status = answer["status"]
        return Fates.one(Fate(status) if status in list(Fate) else Fate.NEW)

    def find(self, kind: type[Record], key: str) -> Prediction | None:
        """See Destination."""
        if kind is not Prediction:
            return None
        with _recording():
            stored = self._client.prediction(key)
        return self._parser.parse(stored) if stored else None

    def models(self, game: str) -> GameModels:
        """See Destination."""
        with _recording():
            models = [model for model in self._client.models() if model["game"] == game]
        # An exporter of before shows promoted versions alone as active, a control arm's too.
        used = [m for m in models if m["active"] and m.get("promoted", m["role"] == "model")]
        roles = {str(model["model_version"]): str(model["role"]) for model in models}
        return GameModels(str(used[-1]["model_version"]) if used else None, roles)

    def promote(self, game: str, version: str) -> None:
        """Needs the database; raises NotOverHttp."""
        del game
        raise NotOverHttp(f"update_model_version({version!r})")

    def set_reference(self, game: str, version: str, accuracy: int | None) -> None:
        """See Destination; raises ExporterRefused."""
        share = None if accuracy is None else accuracy / MILLION
        body = {"game_type": game, "model_version": version, "accuracy": share}
        with _reachable():
            self._client.post("/api/references", body)


def _refusal(record: Record, error: ExporterRefused) -> Fates:
    """What became of a record for good; raises the error where another call may be taken."""
    is_final = error.status in (STATUSES[Fate.CONFLICT], STATUSES[Fate.REFUSED])
    if isinstance(record, Quarantined) or not is_final:
        raise error
    if error.status == STATUSES[Fate.REFUSED]:
        return Fates.one(Fate.REFUSED, _fault(type(record), {"detail": str(error)}))
    if str(error).startswith("idempotency_key"):
        return Fates.one(Fate.CONFLICT)
    return Fates.one(Fate.REFUSED, error)  # such as a draw that is closed


def _fault(kind: type[Record], item: Mapping[str, Any]) -> Exception:
    detail = str(item.get("detail", f"answered {item.get('status')}"))
    field, _, why = detail.partition(": ")
    return (InvalidResult if kind is SpooledResult else InvalidPrediction)(field, why)
