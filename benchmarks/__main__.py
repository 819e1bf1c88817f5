"""`make bench`: every promised figure beside its floor."""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import click
import psycopg

from benchmarks import exposing, fresh_process, ingest, posting, report, scoring, whole
from benchmarks.measuring import Result
from exporter.stack.local.programs import ROOT
from tests.servers.postgres import PostgresServer, running_postgres

Measured = Result | list[Result]


class Bench:
    """The measurements by name; `quick` ones take seconds and say nothing about speed."""

    def __init__(self, rounds: int, *, quick: bool) -> None:
        self._rounds = rounds
        self._quick = quick
        self._stack = ExitStack()
        self._server: PostgresServer | None = None

    def measurements(self) -> Mapping[str, Callable[[], Measured]]:
        """In the order in which they are run."""
        n, small = self._rounds, self._quick
        return {
            "batch": lambda: ingest.batches_into_sqlite(n, 3_000 if small else 100_000),
            "single": lambda: ingest.single_calls(n, 500 if small else 20_000),
            "synced": lambda: ingest.synced_calls(n, 100 if small else 2000),
            "relaxed": lambda: ingest.relaxed_calls(n, 500 if small else 20_000),
            "postgres": lambda: self._in_postgres(
                lambda url: ingest.batches_into_postgres(url, n, 2_000 if small else 100_000)
            ),
            "http": lambda: posting.batches_over_http(n, 3_000 if small else 100_000),
            "posts": lambda: posting.single_posts(1.0 if small else 20.0),
            "result": lambda: scoring.one_result(n, 3_000 if small else 1_000_000),
            "result-postgres": lambda: self._in_postgres(
                lambda url: scoring.one_result_in_postgres(url, n, 3_000 if small else 1_000_000)
            ),
            "everyday": lambda: scoring.everyday_draw(1 if small else n * 10),
            "page": lambda: exposing.page(n, 500, 3_000) if small else exposing.page(n),
            "scrapes": lambda: (
                exposing.fifty_scrapes(n, 1, 500) if small else exposing.fifty_scrapes(n)
            ),
            "import": lambda: fresh_process.fresh_processes(n),
            "start": lambda: whole.starting_and_stopping(n),
            "mail": lambda: whole.result_to_mail(1 if small else n),
        }

    def versions(self) -> dict[str, str]:
        """Versions of the servers that were used."""
        if self._server is None:
            return {}
        with psycopg.connect(f"{self._server.url}/postgres") as db:
            return {"PostgreSQL": str(db.info.parameter_status("server_version")).split()[0]}

    def _in_postgres(self, measure: Callable[[str], Measured]) -> Measured:
        with self._postgres().database() as url:
            return measure(url.replace("postgresql://", "postgresql+psycopg://"))

    def _postgres(self) -> PostgresServer:
        if self._server is None:
            if whole.missing("initdb", "postgres"):
                raise whole.Missing("postgres is not here: scripts/fetch-servers --tests brings it")
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            folder.chmod(0o755)  # PostgreSQL's own user has to get in
            self._server = self._stack.enter_context(running_postgres(folder))
        return self._server

    def close(self) -> None:
        """Stops what was started."""
        self._stack.close()


@click.command
@click.option("--only", multiple=True, metavar="NAME", help="Measure this alone (again for more).")
@click.option("--quick", is_flag=True, help="Small sizes: shows that everything runs, in seconds.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT,
    help="The folder with docs/benchmarks.md and benchmarks/results.json.",
)
def main(only: tuple[str, ...], quick: bool, rounds: int, to: Path) -> None:
    """Measures, prints a table, and writes docs/benchmarks.md and benchmarks/results.json."""
    bench = Bench(1 if quick else rounds, quick=quick)
    chosen = bench.measurements()
    if unknown := set(only) - chosen.keys():
        raise click.UsageError(f"--only: {', '.join(sorted(unknown))}; known: {', '.join(chosen)}")
    facts = report.machine({})
    failed: list[str] = []
    try:
        wanted = {name: chosen[name] for name in chosen if not only or name in only}
        results = list(_run(wanted, failed))
        facts += bench.versions().items()
    finally:
        bench.close()
    click.echo(report.aligned(report.rows(results)))
    if failed:
        raise click.ClickException(f"failed, so nothing was written: {', '.join(failed)}")
    if not only:
        (to / "docs").mkdir(exist_ok=True)
        (to / "benchmarks").mkdir(exist_ok=True)
        report.write_page(to / "docs" / "benchmarks.md", facts, results)
        report.write_json(to / "benchmarks" / "results.json", results)


def _run(chosen: Mapping[str, Callable[[], Measured]], failed: list[str]) -> Iterator[Result]:
    for place, (name, measure) in enumerate(chosen.items(), 1):
        click.echo(f"[{place}/{len(chosen)}] {name} … ", nl=False, err=True)
        started = time.perf_counter()
        gc.collect()
        try:
            measured = measure()
        except whole.Missing as missing:
            click.echo(f"left out: {missing}", err=True)
            continue
        except Exception as error:  # noqa: BLE001 - the others are measured all the same
            click.echo(f"failed: {error!r}", err=True)
            failed.append(name)
            continue
        click.echo(f"{time.perf_counter() - started:.1f} s", err=True)
        for one in measured if isinstance(measured, list) else [measured]:
            click.echo(f"    {', '.join(filter(None, report.row(one)))}", err=True)
            yield one


if __name__ == "__main__":
    main()
