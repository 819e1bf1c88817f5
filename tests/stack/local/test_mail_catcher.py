import smtplib
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from exporter.messages import Language
from exporter.stack.local import mailbox as box
from exporter.stack.local.mail_catcher import catching_mails, page_of
from exporter.stack.local.mailbox import Mailbox
from exporter.stack.local.ports import PortTaken
from tests.servers.ports import free_port
from tests.servers.waiting import PATIENCE_SECONDS

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails", lambda: NOON)


def mail(
    subject: str = "Acurácia <baixa>", *, plain: str | None = "Olá", html: str = ""
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    if plain is not None:
        message.set_content(plain)
    if html:
        add = message.add_alternative if plain is not None else message.set_content
        add(html, subtype="html")
    return message


def test_a_received_mail_is_a_file_and_on_the_page(mailbox: Mailbox, tmp_path: Path) -> None:
    smtp, page = free_port(), free_port()
    with catching_mails(mailbox, "127.0.0.1", smtp, page, Language.PT_BR):
        with smtplib.SMTP("127.0.0.1", smtp) as client:
            client.send_message(mail())
        shown = requests.get(f"http://127.0.0.1:{page}/", timeout=PATIENCE_SECONDS).text
        name = mailbox.mails()[0].name
        text = requests.get(f"http://127.0.0.1:{page}/{name}", timeout=PATIENCE_SECONDS)
    assert "Acurácia &lt;baixa&gt;" in shown
    assert "Subject: Acurácia <baixa>\n\nOlá" in text.text
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (tmp_path / "mails" / f"{name}.txt").read_text("utf-8") == text.text
    assert (tmp_path / "mails" / f"{name}.eml").read_bytes().startswith(b"From: a@example.org")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.PT_BR, ("Nenhum e-mail chegou", "E-mails recebidos (1)", "(sem assunto)")),
        (Language.EN, ("No mail has come", "Received mails (1)", "(no subject)")),
    ],
)
def test_the_page_speaks_both_languages(
    mailbox: Mailbox, language: Language, words: tuple[str, str, str]
) -> None:
    assert words[0] in page_of(mailbox, language)
    mailbox.keep(mail("").as_bytes())
    (came,) = (one.came_at for one in mailbox.mails())
    shown = page_of(mailbox, language)
    day = f"{came.astimezone():{'%d/%m/%Y' if language is Language.PT_BR else '%Y-%m-%d'}}"
    assert all(word in shown for word in (*words[1:], f"b@example.org · {day}"))


def test_a_port_in_use_is_told(mailbox: Mailbox) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        for smtp, page in ((taken, free_port()), (free_port(), taken)):
            told = pytest.raises(PortTaken, match=f"127.0.0.1:{taken}: the port is in use")
            with told, catching_mails(mailbox, "127.0.0.1", smtp, page, Language.EN):
                pass


def test_only_what_is_in_the_box_can_be_read(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_text("Subject: x\n\n")
    page = free_port()
    with catching_mails(mailbox, "127.0.0.1", free_port(), page, Language.EN):
        for name in ("nothing", "..%2fsecret", "%2e%2e/secret", "../secret"):
            request = requests.Request("GET", f"http://127.0.0.1:{page}/").prepare()
            request.url = f"http://127.0.0.1:{page}/{name}"  # past what requests would tidy up
            with requests.Session() as session:
                assert session.send(request, timeout=PATIENCE_SECONDS).status_code == 404


def test_of_html_alone_the_words_are_kept(mailbox: Mailbox) -> None:
    page = "<html><head><style>b {}</style></head><body><b>Acurácia</b> <i>0,55</i></body></html>"
    name = mailbox.keep(mail(plain=None, html=page).as_bytes())
    assert box.readable(mailbox.message(name)).endswith("\n\nAcurácia\n0,55\n")


def test_broken_mails_are_kept_too(mailbox: Mailbox) -> None:
    for content in (b"", b"\xff\xfe", b"Content-Type: multipart/mixed\r\n\r\n", b"no headers"):
        mailbox.keep(content)
    assert len(mailbox.mails()) == 4


def test_old_mails_make_room(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "KEPT", 2)
    for number in range(4):
        mailbox.keep(mail(f"mail {number}").as_bytes())
    assert [one.subject for one in mailbox.mails()] == ["mail 3", "mail 2"]
