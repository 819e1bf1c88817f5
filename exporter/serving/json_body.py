"""What a request says: its body as JSON, and texts in it that can be shown."""

from typing import Any

import msgspec
from flask import request

from exporter.serving.problems import Problem

JSON = "application/json"
_decoder = msgspec.json.Decoder()


def read_json() -> Any:
    """The request's body as JSON; raises Problem 400 or 415.

    (A page of another site can post other kinds than JSON without asking.)
    """
    if request.mimetype != JSON:
        raise Problem(415, f"send {JSON}", {"Accept": JSON})
    return decode_json(request.get_data(cache=False))


def decode_json(text: bytes) -> Any:
    """What a text says; raises Problem 400."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    except RecursionError:
        raise Problem(400, "the body is nested too deeply") from None


def printable(value: str) -> str:
    """The value; ValueError when it holds a NUL or other control characters."""
    if not value.isprintable():
        raise ValueError("has characters that cannot be printed")
    return value
