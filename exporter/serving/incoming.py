"""A request as it comes in: whoever may not send it is told before its body is read."""

from threading import Lock
from time import monotonic
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error, RequestEntityTooLarge

from exporter.serving.refusals import Refusal, Refused
from exporter.serving.terms import Terms

#: What has no use for a body.
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Longest line of a chunked body: its size, or what follows the last chunk.
_CHUNK_LINE = 8192


class Incoming(HTTPRequestParser):
    """Reads one request, and looks at the gate between headers and body."""

    error: Error | None
    body_rcv: Any
    path: str = ""
    command: Any = ""

    def __init__(self, adjustments: Adjustments, terms: Terms) -> None:
        super().__init__(adjustments)
        self._terms = terms
        self._turn = Lock()
        self.began = monotonic()
        self.body_began = 0.0
        self.came = 0.0

    def received(self, data: bytes) -> int:
        """Takes in what belongs to this request; how many bytes."""
        heads = not self.headers_finished
        consumed = self._parsed(data)
        if heads and self.headers_finished:
            self._look_at_head()
        self._look_at_body()
        if self.completed:
            self.came = monotonic()
            self.expect_continue = False  # nothing more is wanted of the client
        return consumed

    def _parsed(self, data: bytes) -> int:
        try:
            return super().received(data)
        except ValueError:  # such as a length of thousands of digits
            self.headers_finished = True
            self.refuse(Refusal(400, "the headers cannot be read"))
            return len(data)

    def _look_at_head(self) -> None:
        self.body_began = monotonic()
        # One spelling for all who look at it, as the application gets it.
        self.path = "/" + self.path.lstrip("/")
        if self.empty:
            self.empty = False
            self.refuse(Refusal(400, "a request begins with a line"))
        elif not self.completed:
            self._pass_gate()

    def _pass_gate(self) -> None:
        method = str(self.command)
        refusal = self._terms.gate(method, self.path, self.headers)
        if not refusal and method in _READS:
            refusal = Refusal(413, f"{method} takes no body")
        if refusal:
            self.refuse(refusal)

    def _look_at_body(self) -> None:
        if isinstance(self.error, RequestEntityTooLarge):
            most = self._terms.allowance.body_bytes
            self.refuse(Refusal(413, f"the body is larger than {most} bytes"))
        elif self.chunked and not self.completed and self._chunk_line() > _CHUNK_LINE:
            self.refuse(Refusal(400, f"a line of a chunked body is longer than {_CHUNK_LINE}"))

    def _chunk_line(self) -> int:
        return max(len(self.body_rcv.control_line), len(self.body_rcv.trailer))

    def refuse(self, refusal: Refusal) -> None:
        """Ends the reading of this request: the refusal is its answer."""
        self.error = Refused(refusal)
        self.completed = True

    def begin(self) -> bool:
        """Whether the caller is the first who wants to answer it, and is to do so."""
        return self._turn.acquire(blocking=False)

    def has_begun(self) -> bool:
        """Whether somebody answers it, or has."""
        return self._turn.locked()
