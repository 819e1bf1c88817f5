"""A mail server that keeps what it receives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.ports import free_port
from tests.servers.waiting import PATIENCE_SECONDS, first, wait_until


class SmtpServer:
    """The received mails, in their order; a filter by subject tells tests apart."""

    host = "127.0.0.1"

    def __init__(self, port: int) -> None:
        self.port = port
        self.messages: list[EmailMessage] = []

    @property
    def address(self) -> str:
        """Return host:port, as Alertmanager's smarthost wants it."""
        return f"{self.host}:{self.port}"

    def wait_for(
        self,
        wanted: Callable[[EmailMessage], bool] = lambda _: True,
        timeout: float = PATIENCE_SECONDS,
    ) -> EmailMessage:
        """Return the first mail that is wanted, as soon as it is there."""
        return wait_until(lambda: first(wanted, self.messages), timeout, "the mail")

    def clear(self) -> None:
        """Forget every mail."""
        self.messages.clear()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail (aiosmtpd calls this)."""
        content = envelope.original_content or b""
        self.messages.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@contextmanager
def running_smtp() -> Iterator[SmtpServer]:
    """Run a mail server in a thread."""
    smtp = SmtpServer(free_port())
    controller = Controller(smtp, hostname=smtp.host, port=smtp.port)
    controller.start()
    try:
        yield smtp
    finally:
        controller.stop()
