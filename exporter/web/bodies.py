"""Bodies of posts: decoded at once where they are good, one by one where they are not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from flask import request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from exporter.domain.predictions import MAX_LATENCY_SECONDS, MAX_TEXT, PLAIN, Kind, Plain
from exporter.serving.json_body import JSON, decode_json, printable
from exporter.serving.problems import Problem, first_fault

NDJSON = ("application/x-ndjson", "application/ndjson")
Body = TypeVar("Body", bound=BaseModel)
_decoder = msgspec.json.Decoder()


class _Prediction(BaseModel):
    model_config = ConfigDict(extra="forbid")

    game_type: Annotated[str, Field(examples=["lotofacil"])]
    numbers: Annotated[list[int], Field(description="Distinct numbers of the game's pool.")]
    model_version: Annotated[str | None, Field(description="Left out: the one in use.")] = None
    draw_number: Annotated[
        int | None, Field(description="Left out: the first draw at or after predicted_at.")
    ] = None
    predicted_at: Annotated[datetime | None, Field(description="Left out: now.")] = None
    role: Annotated[
        Literal["model", "control"] | None, Field(description="Left out: the version's.")
    ] = None
    idempotency_key: Annotated[str | None, Field(max_length=128)] = None
    filled_in: Annotated[
        list[Literal["predicted_at", "model_version"]] | None,
        Field(
            description="What the sender filled in itself, passing on what came without it: the "
            "same key may come again with another."
        ),
    ] = None


_PLAIN: Mapping[Kind, tuple[Any, dict[str, Any]]] = {
    Kind.TEXT: (str | None, {"max_length": MAX_TEXT}),
    Kind.SHARE: (float | None, {"ge": 0, "le": 1}),
    Kind.DURATION: (float | None, {"ge": 0}),
    Kind.JSON: (dict[str, Any] | None, {}),
}


def _plain(field: Plain) -> Any:
    kind, limits = _PLAIN[field.kind]
    return kind, Field(default=None, description=field.about or None, **limits)


PredictionBody = create_model(
    "PredictionBody",
    __base__=_Prediction,
    __doc__="A prediction, with the names of the documented Python call. "
    "Describes; does not check.",
    **{name: _plain(field) for name, field in PLAIN.items()},
)


class ResultBody(BaseModel):
    """A draw's result, with the names of the documented Python call. Describes; does not check."""

    model_config = ConfigDict(extra="forbid")

    game_type: Annotated[str, Field(examples=["lotofacil"])]
    draw_number: Annotated[int, Field(gt=0)]
    winning_numbers: list[int]
    draw_date: Annotated[
        str,
        Field(
            description="A date, today at the latest. Or an RFC 3339 time of that day: the "
            "cut-off, where it is not later than the scheduled time."
        ),
    ]
    prizes: Annotated[
        dict[str, float] | None, Field(description="Reais paid to one ticket, by hits.")
    ] = None
    accepted_at: Annotated[
        str | None,
        Field(
            description="When the sender took the result in (RFC 3339); left out: now. What a draw "
            "said before, sent again with a moment no newer than the last told of it, is the same "
            "record and corrects nothing back."
        ),
    ] = None
    idempotency_key: Annotated[
        str | None,
        Field(description="Stands for this result for good; also as the header Idempotency-Key."),
    ] = None


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def legible(value: str) -> str:
    """The value; ValueError when it holds a NUL or another character that is no text."""
    if letter := _CONTROL.search(value):
        raise ValueError(f"has {letter[0]!r} at position {letter.start()}, which no text holds")
    return value


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(printable)]


class FailureBody(BaseModel):
    """A call of the predictor that gave no ticket. Describes and checks."""

    model_config = ConfigDict(extra="forbid")

    game_type: Annotated[str, Field(examples=["lotofacil"])]
    error: Annotated[str, Field(description="What went wrong; the first 2,000 letters are kept.")]
    model_version: Annotated[Text | None, Field(description="Left out: the one in use.")] = None
    latency: Annotated[
        float | None, Field(ge=0, le=MAX_LATENCY_SECONDS, description="The predictor's seconds.")
    ] = None
    role: Annotated[
        Literal["model", "control"] | None, Field(description="Left out: the version's.")
    ] = None
    failed_at: Annotated[str | None, Field(description="An RFC 3339 time; left out: now.")] = None
    idempotency_key: Text | None = None


class ReferenceBody(BaseModel):
    """An accuracy that a model version is held to. Describes and checks."""

    model_config = ConfigDict(extra="forbid")

    game_type: Annotated[str, Field(examples=["lotofacil"])]
    model_version: Text
    accuracy: Annotated[
        float | None,
        Field(gt=0, lt=1, description="Such as the one claimed at release; null forgets it."),
    ]


@dataclass(frozen=True)
class Batch:
    """Items that could be read, by their place, and what is wrong with the others."""

    items: Mapping[int, Any]
    unreadable: Mapping[int, str] = field(default_factory=dict)


def checked(model: type[Body], body: dict[str, Any]) -> Body:
    """A body that its model checks, as given and not as it might be meant; raises Problem."""
    try:
        return model.model_validate(body, strict=True)
    except ValidationError as error:
        raise first_fault(error) from None


def read_object(value: Any, what: str) -> dict[str, Any]:
    """The value as a JSON object; raises Problem."""
    if not isinstance(value, dict):
        raise Problem(422, f"{what}: must be a JSON object", field=what)
    return value


def read_predictions() -> dict[str, Any] | Batch:
    """One prediction, or a batch of them (a JSON list, or one object a line); raises Problem."""
    if request.mimetype in NDJSON:
        return _read_lines(request.get_data(cache=False))
    if request.mimetype != JSON:
        accepted = ", ".join((JSON, NDJSON[0]))
        raise Problem(415, f"send one of: {accepted}", {"Accept": accepted})
    body = decode_json(request.get_data(cache=False))
    return Batch(dict(enumerate(body))) if isinstance(body, list) else read_object(body, "body")


def _read_lines(text: bytes) -> Batch:
    try:
        return Batch(dict(enumerate(_decoder.decode_lines(text))))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_each(text)


def _read_each(text: bytes) -> Batch:
    items: dict[int, Any] = {}
    unreadable: dict[int, str] = {}
    lines = [line for line in text.splitlines() if line.strip()]
    for place, line in enumerate(lines):
        try:
            items[place] = decode_json(line)
        except Problem as problem:
            unreadable[place] = problem.detail
    return Batch(items, unreadable)
