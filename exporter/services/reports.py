"""The daily report: how the models did beside chance, and how the system is.

The report is made of the same tiles and tables as the page; `str(report)` is aligned text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from exporter.domain.moments import from_micros
from exporter.domain.verdicts import standing_of_evidence
from exporter.messages import Language
from exporter.outbound.mail import Mail, MailServer, send_mail
from exporter.services.overview import Model, Overview, OverviewReader, Span
from exporter.services.presentation import as_mail, as_text
from exporter.services.presentation.figures import figures_of
from exporter.services.presentation.shapes import Table, Tile
from exporter.services.presentation.tables import tables_of_game, tables_of_system
from exporter.services.presentation.tiles import tiles
from exporter.services.presentation.wording import Wording

Bar = tuple[str, float, str]


@dataclass(frozen=True, slots=True)
class GameReport:
    """One game's part: tiles, tables, and the spread of hits as bars of text, ratio and words."""

    title: str
    period: str
    tiles: Sequence[Tile]
    tables: Sequence[Table]
    hits: Sequence[Bar]
    nothing: str = ""


@dataclass(frozen=True)
class DailyReport:
    """A report that was made at `at`; `data` holds its figures as plain values."""

    at: datetime
    subject: str
    language: Language
    parts: Sequence[GameReport]
    data: dict[str, Any] = field(repr=False)
    dashboard_url: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """Aligned plain text."""
        say = Wording(self.language, "UTC")
        last = [say("report.dashboard", url=self.dashboard_url)] if self.dashboard_url else []
        return "\n\n".join([*(_text(part, say) for part in self.parts), *last])

    @property
    def html(self) -> str:
        """The same for mail programs."""
        say = Wording(self.language, "UTC")
        parts = [piece for part in self.parts for piece in _mail(part, say)]
        if self.dashboard_url:
            words = say("report.dashboard", url=self.dashboard_url)
            parts.append(as_mail.link(words, self.dashboard_url))
        return as_mail.page(self.subject, self.parts[0].period, parts, self.language.value)


class DailyReports:
    """Makes daily reports of every game with records."""

    def __init__(
        self,
        reader: OverviewReader,
        language: Language = Language.PT_BR,
        dashboard_url: str = "",
    ) -> None:
        self._reader = reader
        self._language = language
        self._dashboard_url = dashboard_url

    def daily(self) -> DailyReport:
        """The report of the last 24 hours; raises DestinationAway without a database."""
        overviews = [self._reader.overview(game, Span.DAY) for game in self._reader.games()]
        return compose(overviews, self._language, self._dashboard_url)


def compose(
    overviews: Sequence[Overview], language: Language, dashboard_url: str = ""
) -> DailyReport:
    """A report over at least one overview."""
    first = overviews[0]
    parts = [_part(overview, _wording(overview, language)) for overview in overviews]
    return DailyReport(
        at=from_micros(first.at),
        subject=_subject(first, _wording(first, language)),
        language=language,
        parts=[*parts[:-1], _with_system(parts[-1], overviews[-1], language)],
        data={"games": [figures_of(overview) for overview in overviews]},
        dashboard_url=dashboard_url,
    )


def mail_report(
    report: DailyReport, recipients: Sequence[str], sender: str, server: MailServer
) -> None:
    """Sends a report in both forms; raises MailNotSent."""
    send_mail(server, Mail(sender, list(recipients), report.subject, report.text, report.html))


def _wording(overview: Overview, language: Language) -> Wording:
    return Wording(language, overview.game.calendar.zone)


def _subject(overview: Overview, say: Wording) -> str:
    current = overview.current
    verdict = say.standing(standing_of_evidence(current.evidence if current else None))
    day, game = say.day(overview.at), overview.game.title
    return say("report.subject", game=game, day=day, verdict=verdict)


def _part(overview: Overview, say: Wording) -> GameReport:
    start, end = overview.at - overview.activity.span.length, overview.at
    period = say("report.period", start=say.moment(start), end=say.moment(end), zone=say.zone)
    title = say("report.title", game=overview.game.title)
    if overview.is_empty:
        return GameReport(title, period, [], [], [], say("report.empty"))
    hits = _hits(overview.current, say) if overview.current else []
    return GameReport(title, period, tiles(overview, say), tables_of_game(overview, say), hits)


def _with_system(part: GameReport, overview: Overview, language: Language) -> GameReport:
    """The last part, with what is said once for all games below it."""
    shared = tables_of_system(overview, _wording(overview, language))
    return replace(part, tables=[*part.tables, *shared])


def _hits(model: Model, say: Wording) -> list[Bar]:
    if not model.scored:
        return []
    longest = max(model.hits.values())
    return [
        (str(hits), tickets / longest, _hit_words(model, hits, tickets, say))
        for hits, tickets in model.hits.items()
    ]


def _hit_words(model: Model, hits: int, tickets: int, say: Wording) -> str:
    expected = model.expected_hits[hits] / model.scored
    share = say.percent(tickets / model.scored)
    return f"{share} ({say('expected')}: {say.percent(expected)})"


def _text(part: GameReport, say: Wording) -> str:
    head = f"{as_text.heading(part.title)}\n{part.period}"
    if part.nothing:
        return f"{head}\n\n{part.nothing}"
    bars = "\n".join(
        f"  {label:>3}  {as_text.bar(share, 1):<24}  {words}" for label, share, words in part.hits
    )
    blocks = [head, as_text.tiles_as_text(part.tiles)]
    blocks += [f"{say('hits_title')}\n{bars}"] if bars else []
    return "\n\n".join([*blocks, *map(as_text.table_as_text, part.tables)])


def _mail(part: GameReport, say: Wording) -> list[str]:
    if part.nothing:
        return [as_mail.section(part.title), f"<p>{part.nothing}</p>"]
    bars = [as_mail.bars_as_mail(say("hits_title"), part.hits)] if part.hits else []
    shown = [as_mail.tiles_as_mail(part.tiles), *bars, *map(as_mail.table_as_mail, part.tables)]
    return [as_mail.section(part.title), *shown]
