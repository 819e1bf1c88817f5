"""Received mails as files: the mail itself (.eml) and what a person reads of it (.txt)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

#: Mails that are kept; older ones make room.
KEPT = 500
_HEADERS = ("Date", "From", "To", "Subject")


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail of the box: its name there and what a list shows of it."""

    name: str
    subject: str
    receiver: str
    came_at: datetime


class Mailbox:
    """A folder of mails, named by the moment they came."""

    def __init__(
        self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.folder = folder
        self._now = now
        self._serial = count(1)
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> str:
        """Writes a mail and removes the oldest beyond KEPT; its name."""
        name = f"{self._now():%Y%m%dT%H%M%S.%f}-{next(self._serial)}"
        self._path(name, "eml").write_bytes(content)
        self._path(name, "txt").write_text(readable(_parsed(content)), "utf-8")
        for old in self._names()[KEPT:]:
            self._path(old, "eml").unlink(missing_ok=True)
            self._path(old, "txt").unlink(missing_ok=True)
        return name

    def mails(self) -> list[ReceivedMail]:
        """The mails, the newest first."""
        messages = ((name, self.message(name)) for name in self._names())
        return [
            ReceivedMail(
                name, str(mail["Subject"] or ""), str(mail["To"] or ""), self._came_at(name)
            )
            for name, mail in messages
        ]

    def message(self, name: str) -> EmailMessage:
        """A mail of the box; raises KeyError for a name that is not there."""
        if name not in self._names():
            raise KeyError(name)
        return _parsed(self._path(name, "eml").read_bytes())

    def _came_at(self, name: str) -> datetime:
        return datetime.fromtimestamp(self._path(name, "eml").stat().st_mtime, UTC)

    def _names(self) -> list[str]:
        return sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)

    def _path(self, name: str, kind: str) -> Path:
        return self.folder / f"{name}.{kind}"


def readable(mail: EmailMessage) -> str:
    """Headers and text of a mail; of its HTML the words, when it has nothing else."""
    headers = "".join(f"{name}: {mail[name]}\n" for name in _HEADERS if mail[name])
    body = mail.get_body(("plain", "html"))
    if body is None:
        return headers
    content = body.get_content().replace("\r\n", "\n")
    text = content if body.get_content_subtype() == "plain" else _words(content)
    return f"{headers}\n{text}"


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


class _Words(HTMLParser):
    """Collects the text of a page, without its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - HTMLParser's
        self._hidden = tag in ("style", "script", "title")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - HTMLParser's
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.words.append(" ".join(data.split()))


def _words(page: str) -> str:
    words = _Words()
    words.feed(page)
    return "\n".join(words.words) + "\n"
