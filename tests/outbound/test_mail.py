import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given
from hypothesis import strategies as st

from exporter.config import load_settings
from exporter.outbound import mail as mail_module
from exporter.outbound.mail import Mail, MailNotSent, MailServer, compose, send_mail
from tests.outbound.certificates import make_certificate
from tests.servers.ports import free_port
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS

MAIL = Mail(
    "lotofacil@localhost.test",
    ["admin@empresa.com"],
    "Relatório diário",
    "Acurácia: 60 %",
    "<p>Acurácia: <b>60&nbsp;%</b></p>",
)


def _clear(server: SmtpServer) -> MailServer:
    return MailServer(server.host, server.port, require_tls=False, timeout=PATIENCE_SECONDS)


def test_it_arrives_with_both_forms(smtp_server: SmtpServer) -> None:
    send_mail(_clear(smtp_server), replace(MAIL, subject="both forms"))
    got = smtp_server.wait_for(lambda mail: mail["Subject"] == "both forms")
    assert got["To"] == "admin@empresa.com"
    assert got["Auto-Submitted"] == "auto-generated"
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Acurácia: 60 %"
    assert "<b>60&nbsp;%</b>" in html.get_content()


def test_several_receivers_get_it(smtp_server: SmtpServer) -> None:
    both = ["a@empresa.com", "b@empresa.com"]
    send_mail(_clear(smtp_server), replace(MAIL, subject="several", recipients=both))
    got = smtp_server.wait_for(lambda mail: mail["Subject"] == "several")
    assert got["To"] == "a@empresa.com, b@empresa.com"


class _Strict(SmtpServer):
    """Knows one user, and does not take mail for some."""

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any
    ) -> AuthResult:
        known = LoginPassword(b"admin", b"right")
        return AuthResult(success=data == known, handled=False)

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.startswith("unknown"):
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@contextmanager
def _running(
    *, certificate: tuple[Path, Path] | None = None, auth: bool = False
) -> Iterator[_Strict]:
    server = _Strict(free_port())
    options: dict[str, Any] = {"auth_required": auth, "auth_require_tls": bool(certificate)}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        options |= {"tls_context": context, "require_starttls": True}
    if auth:
        options["authenticator"] = server.authenticate
    controller = Controller(server, hostname=server.host, port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path)


def test_it_is_encrypted_and_logs_in(certificate: tuple[Path, Path]) -> None:
    with _running(certificate=certificate, auth=True) as running:
        server = MailServer(
            running.host,
            running.port,
            "admin",
            "right",
            timeout=PATIENCE_SECONDS,
            ca_file=certificate[0],
        )
        send_mail(server, MAIL)
        assert running.wait_for()["Subject"] == "Relatório diário"


def test_a_wrong_password_is_said_without_telling_it(certificate: tuple[Path, Path]) -> None:
    with _running(certificate=certificate, auth=True) as running:
        server = MailServer(
            running.host,
            running.port,
            "admin",
            "hunter2",
            timeout=PATIENCE_SECONDS,
            ca_file=certificate[0],
        )
        with pytest.raises(MailNotSent, match=r"not sent by 127\.0\.0\.1:\d+: 535 ") as found:
            send_mail(server, MAIL)
    assert "hunter2" not in str(found.value) + repr(server)


def test_a_certificate_nobody_vouches_for_is_refused(certificate: tuple[Path, Path]) -> None:
    with _running(certificate=certificate) as running:
        server = MailServer(running.host, running.port, timeout=PATIENCE_SECONDS)
        with pytest.raises(MailNotSent, match="certificate is not trusted: self"):
            send_mail(server, MAIL)


def test_nothing_goes_out_in_the_clear_unless_allowed() -> None:
    with _running() as running:
        with pytest.raises(MailNotSent, match="offers no encryption"):
            send_mail(MailServer(running.host, running.port, timeout=PATIENCE_SECONDS), MAIL)
        assert running.messages == []


def test_tls_from_the_start_on_its_port(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = SmtpServer(free_port())
    monkeypatch.setattr(mail_module, "IMPLICIT_TLS_PORT", server.port)
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.ssl_context = context
    controller.start()
    try:
        send_mail(
            MailServer(server.host, server.port, timeout=PATIENCE_SECONDS, ca_file=certificate[0]),
            MAIL,
        )
        assert server.wait_for()["Subject"] == "Relatório diário"
    finally:
        controller.stop()


def test_who_was_refused_is_named_and_the_others_get_it() -> None:
    with _running() as running:
        server = MailServer(running.host, running.port, require_tls=False, timeout=PATIENCE_SECONDS)
        mixed = replace(MAIL, recipients=["unknown@empresa.com", "admin@empresa.com"])
        with pytest.raises(MailNotSent, match=r"unknown@empresa.com \(550 no such user here\)"):
            send_mail(server, mixed)
        assert len(running.messages) == 1
        with pytest.raises(MailNotSent, match=r"refused unknown@empresa\.com"):
            send_mail(server, replace(MAIL, recipients=["unknown@empresa.com"]))


def test_nobody_there_is_one_line() -> None:
    server = MailServer("127.0.0.1", free_port(), timeout=PATIENCE_SECONDS)
    with pytest.raises(MailNotSent, match="Connection refused") as found:
        send_mail(server, MAIL)
    assert "\n" not in str(found.value)


def test_a_server_that_says_nothing_is_left_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = MailServer("127.0.0.1", silent.getsockname()[1], timeout=0.2)
        with pytest.raises(MailNotSent, match="timed out"):
            send_mail(server, MAIL)


def test_a_server_that_talks_nonsense_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as strange:
        threading.Thread(target=_talk_nonsense, args=(strange,), daemon=True).start()
        server = MailServer("127.0.0.1", strange.getsockname()[1], timeout=PATIENCE_SECONDS)
        with pytest.raises(MailNotSent) as found:
            send_mail(server, MAIL)
    assert "\n" not in str(found.value)


def _talk_nonsense(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"999 \xff\xfe\r\nHTTP/1.1 400\r\n\r\n")


def test_no_server_is_said_with_its_setting() -> None:
    with pytest.raises(MailNotSent, match="SMTP_SERVER"):
        send_mail(MailServer(""), MAIL)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.com\r\nBcc: victim@c.com",
        "a@b.com\nBcc: victim@c.com",
        "a@b.com, c@d.com",
        "nobody",
        "",
        "@",
        "a@",
        "a b@c.com",
        "josé@empresa.com",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(MailNotSent, match="is not a mail address"):
        compose(replace(MAIL, recipients=[address]))
    with pytest.raises(MailNotSent, match="is not a mail address"):
        compose(replace(MAIL, sender=address))


def test_a_mail_for_nobody_is_refused() -> None:
    with pytest.raises(MailNotSent, match="no receiver"):
        compose(replace(MAIL, recipients=[]))


@given(subject=st.text(), text=st.text())
def test_no_text_can_add_a_header(subject: str, text: str) -> None:
    message = compose(replace(MAIL, subject=subject, text=text))
    assert set(message.keys()) <= {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    }
    head = message.as_bytes(policy=message.policy).split(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in head


def test_the_settings_give_the_server_without_showing_the_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = load_settings({"SMTP_SERVER": "mail.test", "SMTP_PASSWORD": "hunter2"})
    server = MailServer.of(settings)
    logging.getLogger("test").warning("%r %s", server, server)
    assert (server.host, server.port, server.password) == ("mail.test", 587, "hunter2")
    assert "hunter2" not in caplog.text
