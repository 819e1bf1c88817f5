"""The daily report: how the models did beside chance, and how the system is.

The report is made of the same tiles and tables as the page; `str(report)` is aligned text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader

from exporter.domain.moments import from_micros
from exporter.domain.verdicts import standing_of_evidence
from exporter.figures.model_figures import ModelFigures
from exporter.figures.overview import Overview, OverviewReader, Span
from exporter.messages import Language, Text, phrases
from exporter.messages.wording import Wording
from exporter.outbound.mail import Mail, MailServer, send_mail
from exporter.pages.plain_overview import figures_of
from exporter.pages.shapes import Table, Tile
from exporter.pages.tables import tables_of_game, tables_of_system
from exporter.pages.tiles import tiles

Bar = tuple[str, float, str]
#: Letters of the longest bar.
_BAR = 24


@dataclass(frozen=True, slots=True)
class GameReport:
    """One game's part: tiles, tables, and the spread of hits as bars of text, ratio and words."""

    title: str
    period: str
    tiles: Sequence[Tile]
    tables: Sequence[Table]
    hits: Sequence[Bar]
    nothing: str = ""


_DASHBOARD = Text("Painel: {url}", "Dashboard: {url}")


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
        last = [say(_DASHBOARD, url=self.dashboard_url)] if self.dashboard_url else []
        return "\n\n".join([*(_text(part, say) for part in self.parts), *last])

    @property
    def html(self) -> str:
        """The same for mail programs."""
        say = Wording(self.language, "UTC")
        templates = Environment(loader=PackageLoader("exporter.pages"), autoescape=True)
        dashboard = say(_DASHBOARD, url=self.dashboard_url)
        values = {"report": self, "hits_title": say(phrases.HITS_TITLE), "dashboard": dashboard}
        return templates.get_template("report.html").render(values)


def daily_report(
    reader: OverviewReader, language: Language = Language.PT_BR, dashboard_url: str = ""
) -> DailyReport:
    """The last 24 hours of every game with records.

    Raises DestinationUnavailable without a database.
    """
    overviews = [reader.overview(game, Span.DAY) for game in reader.recorded_games()]
    return compose(overviews, language, dashboard_url)


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


_SUBJECT = Text(
    "Relatório diário {game}, {day}: {verdict}", "Daily report {game}, {day}: {verdict}"
)


def _subject(overview: Overview, say: Wording) -> str:
    current = overview.current
    verdict = say.standing(standing_of_evidence(current.evidence if current else None))
    day, game = say.day(overview.at), overview.game.title
    return say(_SUBJECT, game=game, day=day, verdict=verdict)


_EMPTY = Text(
    "Ainda não há predições nem resultados registrados.",
    "No predictions and no results are recorded yet.",
)


def _part(overview: Overview, say: Wording) -> GameReport:
    start, end = overview.at - overview.activity.span.length, overview.at
    period = say(
        Text("De {start} a {end} ({zone})", "From {start} to {end} ({zone})"),
        start=say.moment(start),
        end=say.moment(end),
        zone=say.zone,
    )
    title = say(
        Text("Relatório diário — {game}", "Daily report — {game}"), game=overview.game.title
    )
    if overview.is_empty:
        return GameReport(title, period, [], [], [], say(_EMPTY))
    hits = _hits(overview.current, say) if overview.current else []
    return GameReport(title, period, tiles(overview, say), tables_of_game(overview, say), hits)


def _with_system(part: GameReport, overview: Overview, language: Language) -> GameReport:
    """The last part, with what is said once for all games below it."""
    shared = tables_of_system(overview, _wording(overview, language))
    return replace(part, tables=[*part.tables, *shared])


def _hits(model: ModelFigures, say: Wording) -> list[Bar]:
    if not model.scored:
        return []
    longest = max(model.hits.values())
    return [
        (str(hits), tickets / longest, _hit_words(model, hits, tickets, say))
        for hits, tickets in model.hits.items()
    ]


def _hit_words(model: ModelFigures, hits: int, tickets: int, say: Wording) -> str:
    expected = model.expected_hits[hits] / model.scored
    share = say.percent(tickets / model.scored)
    return f"{share} ({say(phrases.EXPECTED)}: {say.percent(expected)})"


def _text(part: GameReport, say: Wording) -> str:
    head = f"{part.title}\n{'=' * len(part.title)}\n{part.period}"
    if part.nothing:
        return f"{head}\n\n{part.nothing}"
    bars = "\n".join(
        f"  {label:>3}  {'█' * round(_BAR * share):<{_BAR}}  {words}"
        for label, share, words in part.hits
    )
    blocks = [head, _tiles_text(part.tiles)]
    blocks += [f"{say(phrases.HITS_TITLE)}\n{bars}"] if bars else []
    return "\n\n".join([*blocks, *map(_table_text, part.tables)])


def _tiles_text(tiles: Sequence[Tile]) -> str:
    """One line a tile: what, how much, compared with what."""
    labels = max((len(tile.label) for tile in tiles), default=0)
    values = max((len(tile.value) for tile in tiles), default=0)
    lines = (f"  {t.label:<{labels}}  {t.value:>{values}}  {t.note}" for t in tiles)
    return "\n".join(line.rstrip() for line in lines)


def _table_text(table: Table) -> str:
    """The title and the columns, one below the other."""
    if not table.rows:
        return f"{table.title}\n  {table.nothing}"
    rows = [list(table.header), *([cell.text for cell in row] for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths, table.words) for row in rows]
    lines.insert(1, "  " + "  ".join("-" * width for width in widths))
    return "\n".join([table.title, *lines])


def _line(row: Sequence[str], widths: Sequence[int], words: frozenset[int]) -> str:
    cells = (
        f"{cell:<{width}}" if at in words else f"{cell:>{width}}"
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return ("  " + "  ".join(cells)).rstrip()
