"""The fields of a prediction as they arrive: each is checked, and named when it is wrong."""

from collections.abc import Callable, Mapping
from datetime import datetime

from exporter.domain.moments import MAX_AHEAD, YEARS, to_micros
from exporter.domain.plain_values import members, plain, plain_text, real, whole
from exporter.domain.predictions import (
    FILLABLE,
    MAX_LATENCY_SECONDS,
    MAX_TEXT,
    MILLION,
    MOMENT,
    ROLES,
    VERSION,
    InvalidPrediction,
    Kind,
)


def filled_in(moment: object, version: object, names: object) -> int:
    """The bits of what was not given: left out here, or (`names`) by who the sender had it from.

    Raises InvalidPrediction.
    """
    filled = (moment is None) * MOMENT | (version is None) * VERSION
    return filled if names is None else filled | parse_filled_in(names)


def parse_filled_in(value: object) -> int:
    """The bits of a list of names; raises InvalidPrediction."""
    names = members(value, len(FILLABLE))
    try:
        if names is not None:
            return sum(FILLABLE[name] for name in set(names))
    except (KeyError, TypeError):
        pass
    fillable = ", ".join(FILLABLE)
    raise InvalidPrediction("filled_in", f"{value!r} is not a list of some of: {fillable}")


def parse_share(field: str, value: object) -> int | None:
    """Millionths of a share from 0 to 1; raises InvalidPrediction."""
    if value is None:
        return None
    if (type(value) is float or type(value) is int) and 0 <= value <= 1:
        return round(value * MILLION)
    return _millionths(field, value, 1, "a number from 0 to 1")


def parse_duration(field: str, value: object) -> int | None:
    """Microseconds of a duration in seconds, at most a day; raises InvalidPrediction."""
    if value is None:
        return None
    if (type(value) is float or type(value) is int) and 0 <= value <= MAX_LATENCY_SECONDS:
        return round(value * MILLION)
    right = f"a number of seconds from 0 to {MAX_LATENCY_SECONDS}"
    return _millionths(field, value, MAX_LATENCY_SECONDS, right)


def _millionths(field: str, value: object, most: int, right: str) -> int:
    """What a library gave as a number, from 0 to `most`; raises InvalidPrediction."""
    number = real(value)
    if number is not None and 0 <= number <= most:
        return round(number * MILLION)
    raise InvalidPrediction(field, f"{plain(value)!r} is not {right}")


def parse_text(field: str, value: object) -> str:
    """A text of 1 to MAX_TEXT letters, "" for None; raises InvalidPrediction."""
    if value is None:
        return ""
    if isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable():
        if value[0] != " " != value[-1]:
            return value if type(value) is str else plain_text(value)
        # MySQL takes "a" and "a " for the same.
        raise InvalidPrediction(field, f"{value!r} begins or ends with a blank")
    raise InvalidPrediction(field, f"{value!r} is not a text of 1 to {MAX_TEXT} letters")


def parse_optional_text(field: str, value: object) -> str | None:
    """A text that a caller may leave out, such as a model version; raises InvalidPrediction."""
    return None if value is None else parse_text(field, value)


#: How plain fields are read, by their kind; JSON is written by whoever knows the libraries.
PARSERS: Mapping[Kind, Callable[[str, object], object]] = {
    Kind.TEXT: parse_optional_text,
    Kind.SHARE: parse_share,
    Kind.DURATION: parse_duration,
}


def is_key(value: object) -> bool:
    """Whether a prediction may have this as its idempotency key."""
    try:
        return bool(parse_text("idempotency_key", value))
    except InvalidPrediction:
        return False


def parse_role(value: object) -> str | None:
    """The role, None when none is given; raises InvalidPrediction."""
    if value is None:
        return None
    if isinstance(value, str) and value in ROLES:
        return plain_text(value)
    raise InvalidPrediction("role", f"{value!r} is not one of {', '.join(ROLES)}")


def parse_role_of(value: object, version: object) -> str | None:
    """The role beside the version that was given; raises InvalidPrediction."""
    role = parse_role(value)
    if role == "control" and version is None:
        # The version in use is a model.
        raise InvalidPrediction("role", "'control' needs the control arm's own model_version")
    return role


def parse_draw_number(value: object) -> int | None:
    """A draw number, or None; raises InvalidPrediction."""
    if value is None or (type(value) is int and 0 < value < 2**31):
        return value
    number = whole(value)
    if number is not None and 0 < number < 2**31:
        return number
    raise InvalidPrediction("draw_number", f"{plain(value)!r} is not a positive integer")


def parse_moment_of(value: object, now: int, field: str = "predicted_at") -> int:
    """Microseconds of a datetime or ISO 8601 text, `now` for None; raises InvalidPrediction."""
    if value is None:
        return now
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidPrediction(field, f"{value!r} is not an ISO 8601 moment") from None
    if moment.year not in YEARS:
        raise InvalidPrediction(field, f"{str(value)!r} is not between {YEARS[0]} and {YEARS[-1]}")
    return to_micros(moment)


def parse_past(value: object, now: int, field: str) -> int:
    """The same of what is over, a day ahead of the clock at most; raises InvalidPrediction."""
    moment = parse_moment_of(value, now, field)
    if moment > now + MAX_AHEAD:
        raise InvalidPrediction(field, f"{str(value)!r} is yet to come")
    return moment
