"""A request as it comes in: whoever may not send it is told before its body is read."""

from time import monotonic

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error

from exporter.serving.refusals import Refusal, Refused
from exporter.serving.terms import Terms


class Incoming(HTTPRequestParser):
    """Reads one request, and looks at the gate between headers and body."""

    error: Error | None
    path: str

    def __init__(self, adjustments: Adjustments, terms: Terms) -> None:
        super().__init__(adjustments)
        self._terms = terms
        self.began = monotonic()
        self.body_began = 0.0
        self.came = 0.0

    def received(self, data: bytes) -> int:
        """Takes in what belongs to this request; how many bytes."""
        heads = not self.headers_finished
        consumed = super().received(data)
        if heads and self.headers_finished:
            self.body_began = monotonic()
            if not self.completed and (refusal := self._refusal()):
                self.refuse(refusal)
        if self.completed:
            self.came = monotonic()
        return consumed

    def refuse(self, refusal: Refusal) -> None:
        """Ends the reading of this request: the refusal is its answer."""
        self.error = Refused(refusal)
        self.expect_continue = False  # the client need not send the body
        self.completed = True

    def _refusal(self) -> Refusal | None:
        if refusal := self._terms.gate(str(self.command), self.path, self.headers):
            return refusal
        most = self._terms.limits.body_bytes
        if self.content_length > most:
            return Refusal(413, f"a body of {self.content_length} bytes; the most is {most}")
        return None
