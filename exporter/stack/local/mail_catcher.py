"""A mail server for trying things out: it delivers nothing, keeps everything and shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from exporter.stack.local.mailbox import Mailbox, readable
from exporter.stack.local.ports import is_free

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>Mails</title>
<style>body{{font:1rem/1.6 system-ui,sans-serif;max-width:50rem;margin:3rem auto;padding:0 1rem}}
</style></head><body><h1>Mails ({count})</h1><ol reversed>{items}</ol></body></html>
"""
_ITEM = '<li><a href="/{name}">{subject}</a><br><small>{receiver} · {name}</small></li>'


class CannotListen(OSError):
    """A port of the mail catcher is in use; the message names it."""


class _Receiver:
    """What aiosmtpd calls."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._mailbox.keep(envelope.original_content or b"")
        return "250 OK"


@contextmanager
def catching_mails(mailbox: Mailbox, host: str, smtp_port: int, page_port: int) -> Iterator[None]:
    """Takes mails in and shows them while it lasts. Raises CannotListen."""
    for port in (smtp_port, page_port):
        if not is_free(port, host):
            raise CannotListen(f"cannot listen on {host}:{port}: the port is in use")
    receiver = Controller(_Receiver(mailbox), hostname=host, port=smtp_port)
    with ThreadingHTTPServer((host, page_port), _handler(mailbox)) as page:
        thread = Thread(target=page.serve_forever, args=(0.1,))
        thread.start()
        receiver.start()
        try:
            yield
        finally:
            receiver.stop()
            page.shutdown()
            thread.join()


def _handler(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/")
            try:
                text = readable(mailbox.message(name)) if name else page_of(mailbox)
            except KeyError:
                self.send_error(404)
                return
            kind = "plain" if name else "html"
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody needs a line for each look at the page."""

    return Handler


def page_of(mailbox: Mailbox) -> str:
    """The list of mails as a page that looks again by itself."""
    mails = mailbox.mails()
    items = "".join(
        _ITEM.format(
            name=mail.name, subject=escape(mail.subject) or "?", receiver=escape(mail.receiver)
        )
        for mail in mails
    )
    return _PAGE.format(count=len(mails), items=items)
