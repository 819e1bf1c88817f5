"""Mail goes out here: plain text with an HTML twin, encrypted unless the settings say otherwise."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from pathlib import Path

from exporter.config import Settings
from exporter.domain.hosts import shown

#: The port where TLS starts with the connection; elsewhere it starts with STARTTLS.
IMPLICIT_TLS_PORT = 465


class MailNotSent(RuntimeError):
    """The mail did not go out, or not to everybody; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail. `timeout` in seconds; `ca_file` beside the system's ones."""

    host: str
    port: int = 587
    username: str = ""
    password: str = field(default="", repr=False)
    require_tls: bool = True
    timeout: float = 20.0
    ca_file: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> "MailServer":
        """The server that the settings name."""
        return cls(
            settings.SMTP_SERVER,
            settings.SMTP_PORT,
            settings.SMTP_USERNAME,
            settings.SMTP_PASSWORD.get_secret_value(),
            settings.SMTP_REQUIRE_TLS,
        )


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `html` is another form of the same content and may be empty."""

    sender: str
    recipients: Sequence[str]
    subject: str
    text: str
    html: str = ""


def send_mail(server: MailServer, mail: Mail) -> None:
    """Sends `mail`; raises MailNotSent with one line when a receiver will not get it."""
    message = compose(mail)
    if not server.host:
        raise MailNotSent("mail not sent: no mail server is set (SMTP_SERVER)")
    with _connected(server, "mail not sent by ") as client:
        refused = client.send_message(message)
    if refused:
        where = f"{shown(server.host)}:{server.port}"
        raise MailNotSent(f"mail not sent by {where} to {_listed(refused)}; the others got it")


def check_server(server: MailServer) -> None:
    """Connects and logs in without sending; raises MailNotSent with one line when it cannot."""
    with _connected(server, "") as client:
        client.noop()


def compose(mail: Mail) -> EmailMessage:
    """The message as it travels; raises MailNotSent for an address that is none."""
    if not mail.recipients:
        raise MailNotSent("mail not sent: it has no receiver")
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail.sender)
    message["To"] = [_address(recipient) for recipient in mail.recipients]
    message["Subject"] = " ".join(mail.subject.split()) or "-"
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=_address(mail.sender).domain or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _address(text: str) -> Address:
    try:
        address = Address(addr_spec=text.strip())
    except (MessageError, ValueError, IndexError) as error:
        raise MailNotSent(f"mail not sent: {text!r} is not a mail address") from error
    if not (address.username and address.domain and text.isprintable()):
        raise MailNotSent(f"mail not sent: {text!r} is not a mail address")
    return address


@contextmanager
def _connected(server: MailServer, failing: str) -> Iterator[smtplib.SMTP]:
    """A client that is logged in; raises MailNotSent that begins with `failing`."""
    try:
        tls = ssl.create_default_context()
        if server.ca_file:
            tls.load_verify_locations(server.ca_file)
        with _open(server, tls) as client:
            client.ehlo_or_helo_if_needed()
            if not isinstance(client, smtplib.SMTP_SSL):
                _encrypt(client, server, tls)
            if server.username:
                client.login(server.username, server.password)
            yield client
    except (OSError, smtplib.SMTPException, ValueError) as error:
        where = f"{failing}{shown(server.host)}:{server.port}"
        raise MailNotSent(f"{where}: {_reason(error)}") from error


def _open(server: MailServer, tls: ssl.SSLContext) -> smtplib.SMTP:
    if server.port == IMPLICIT_TLS_PORT:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=tls)
    return smtplib.SMTP(server.host, server.port, timeout=server.timeout)


def _encrypt(client: smtplib.SMTP, server: MailServer, tls: ssl.SSLContext) -> None:
    if client.has_extn("starttls"):
        client.starttls(context=tls)
        client.ehlo()
    elif server.require_tls:
        raise smtplib.SMTPNotSupportedError(
            "it offers no encryption (SMTP_REQUIRE_TLS=false sends in the clear)"
        )


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"refused {_listed(error.recipients)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_one_line(error.smtp_error)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _one_line(str(error)) or type(error).__name__


def _listed(refused: dict[str, tuple[int, bytes]]) -> str:
    parts = (f"{who} ({code} {_one_line(why)})" for who, (code, why) in refused.items())
    return ", ".join(parts)


def _one_line(text: str | bytes) -> str:
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(shown.split())
