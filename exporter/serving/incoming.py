"""A request as it comes in: whoever may not send it is told before its body is read."""

from time import monotonic

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error, RequestEntityTooLarge

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
            if not self.completed:
                self._pass_gate()
        if isinstance(self.error, RequestEntityTooLarge):
            most = self._terms.allowance.body_bytes
            self.refuse(Refusal(413, f"the body is larger than {most} bytes"))
        if self.completed:
            self.came = monotonic()
        return consumed

    def refuse(self, refusal: Refusal) -> None:
        """Ends the reading of this request: the refusal is its answer."""
        self.error = Refused(refusal)
        self.expect_continue = False  # the client need not send the body
        self.completed = True

    def _pass_gate(self) -> None:
        refusal = self._terms.gate(str(self.command), self.path, self.headers)
        if refusal:
            self.refuse(refusal)
