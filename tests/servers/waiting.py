"""Waiting for what is about to happen, never for a while."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import requests

Answer = TypeVar("Answer")
INTERVAL_SECONDS = 0.05
#: Longer than what is waited for takes on a busy machine: only a failure waits so long.
PATIENCE_SECONDS = 60


def wait_until(
    condition: Callable[[], Answer | None],
    timeout: float = PATIENCE_SECONDS,
    what: str = "the event",
) -> Answer:
    """Ask until the answer is true, and return it; after `timeout` seconds say what never came."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout:g} s (last answer: {answer!r})")
        pause.wait(INTERVAL_SECONDS)
    return answer


def first(wanted: Callable[[Answer], bool], found: Iterable[Answer]) -> Answer | None:
    """Return the first that is wanted, if there is one."""
    return next((each for each in list(found) if wanted(each)), None)


def answers(url: str) -> bool:
    """Tell whether the address answers with a 2xx now."""
    try:
        return requests.get(url, timeout=PATIENCE_SECONDS).ok
    except requests.RequestException:
        return False
