"""A mail server for trying things out: it delivers nothing, keeps everything and shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from exporter.messages import Language, Text
from exporter.messages.small_pages import small_page
from exporter.stack.local.mailbox import Mailbox, ReceivedMail, readable
from exporter.stack.local.ports import PortTaken, is_free

#: How often the page looks for more, in seconds.
_REFRESH = 5
_ITEM = '<li><a href="/{name}">{subject}</a><br><small>{receiver} · {moment}</small></li>'
_STAY = Text(
    "Nada sai desta máquina. Também são arquivos: {folder}.",
    "Nothing leaves this machine. They are files, too: {folder}.",
)
_TITLE = Text("E-mails recebidos ({count})", "Received mails ({count})")
_NO_MAILS = Text("Nenhum e-mail chegou ainda.", "No mail has come yet.")


class _Receiver:
    """What aiosmtpd calls."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._mailbox.keep(envelope.original_content or b"")
        return "250 OK"


@contextmanager
def catching_mails(
    mailbox: Mailbox, host: str, smtp_port: int, page_port: int, language: Language
) -> Iterator[None]:
    """Takes mails in and shows them while it lasts. Raises PortTaken."""
    for port in (smtp_port, page_port):
        if not is_free(port, host):
            raise PortTaken(f"cannot listen on {host}:{port}: the port is in use")
    receiver = Controller(_Receiver(mailbox), hostname=host, port=smtp_port)
    with ThreadingHTTPServer((host, page_port), _handler(mailbox, language)) as page:
        thread = Thread(target=page.serve_forever, args=(0.1,))
        thread.start()
        receiver.start()
        try:
            yield
        finally:
            receiver.stop()
            page.shutdown()
            thread.join()


def _handler(mailbox: Mailbox, language: Language) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/")
            try:
                content = readable(mailbox.message(name)) if name else page_of(mailbox, language)
            except KeyError:
                self.send_error(404)
                return
            kind = "plain" if name else "html"
            body = content.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody needs a line for each look at the page."""

    return Handler


def page_of(mailbox: Mailbox, language: Language) -> str:
    """The list of mails as a page that looks again by itself."""
    mails = mailbox.mails()
    items = "\n".join(_item(mail, language) for mail in mails)
    stay = escape(_STAY.to(language, folder=mailbox.folder))
    shown = f"<ul>\n{items}\n</ul>" if mails else f"<p>{_NO_MAILS.to(language)}</p>"
    title = _TITLE.to(language, count=len(mails))
    return small_page(title, f"{shown}\n<p><small>{stay}</small></p>", language, _REFRESH)


def _item(mail: ReceivedMail, language: Language) -> str:
    form = "%d/%m/%Y %H:%M:%S" if language is Language.PT_BR else "%Y-%m-%d %H:%M:%S"
    return _ITEM.format(
        name=mail.name,
        subject=escape(mail.subject) or Text("(sem assunto)", "(no subject)").to(language),
        receiver=escape(mail.receiver),
        moment=f"{mail.came_at.astimezone():{form}}",
    )
