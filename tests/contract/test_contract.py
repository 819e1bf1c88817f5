"""The documented blocks run as they stand; only ports, folders, mail server and hour are ours.

What some blocks use without importing it is imported for them.
"""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecoder
from pathlib import Path
from typing import Any

import pytest
import requests

from exporter.config import load_settings
from tests.blocks import Block, Reader, mail_settings, missing_names
from tests.servers.process import find_program
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import PATIENCE_SECONDS, answers, wait_until

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
]

IMPORTS = {
    "datetime": "from datetime import datetime",
    "timedelta": "from datetime import timedelta",
    "metrics_service": "from api.metrics_service import metrics_service",
    "accuracy_tracker": "from api.accuracy_tracker import accuracy_tracker",
}
IMPOSSIBLE = "[2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35, 38, 41, 44]"
POSSIBLE = "[2, 5, 8, 11, 14, 17, 20, 23, 1, 3, 4, 6, 7, 9, 10]"
TICKET = set(range(1, 16))
HITS = len(TICKET & set(json.loads(POSSIBLE)))


def part(guide: list[Block], heading: str, words: str = "") -> Block:
    """The block under a heading that holds these words."""
    (found,) = [b for b in guide if heading in b.heading and words in b.code]
    return found


def run(reader: Reader, block: Block) -> str:
    """Runs a Python block with what the guide forgot to import."""
    code = block.code.replace('"/backup/metrics"', repr(str(reader.folder / "backup")))
    return reader.python(code, missing_names(code, IMPORTS))


@contextmanager
def curl(reader: Reader) -> Iterator[None]:
    """Has curl fail on every answer but a good one, and stay quiet."""
    find_program("curl")
    (reader.folder / ".curlrc").write_text("silent\nshow-error\nfail\n")
    reader.environment["CURL_HOME"] = str(reader.folder)
    yield


def documents(text: str) -> list[Any]:
    """The JSON documents that stand one after the other."""
    found, decoder = [], JSONDecoder()
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


def summary(reader: Reader) -> dict[str, Any]:
    """The figures of /api/metrics/summary."""
    answer = requests.get(f"{reader.url}/api/metrics/summary", timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    data: dict[str, Any] = answer.json()["data"]
    return data


def is_long_running(block: Block) -> bool:
    return "app.run(" in block.code


def test_every_python_block_runs_in_its_order(
    guide: list[Block], reader: Reader, smtp_server: SmtpServer, subtests: pytest.Subtests
) -> None:
    smtp_server.clear()
    printed = {}
    with reader.running():
        for block in guide:
            if block.language == "python" and not is_long_running(block):
                with subtests.test(str(block)):
                    printed[block.heading] = run(reader, block)
    assert re.match(r"Erros encontrados: \d+\n", printed["Análise de Logs"])
    assert "Lotofácil" in printed["Relatórios Automatizados"]
    assert printed["Logs de Debug"].count("Status: ") == 2
    assert printed["API para Integração"].startswith("Acurácia atual: ")
    assert list((reader.folder / "backup").iterdir())
    mail = smtp_server.wait_for(lambda mail: "admin@empresa.com" in mail["To"])
    assert "Lotofácil" in mail["Subject"]


def test_every_python_block_runs_alone(
    guide: list[Block], tmp_path: Path, smtp_server: SmtpServer, subtests: pytest.Subtests
) -> None:
    """Without an exporter, in an empty folder each; only the last one asks an exporter."""
    asks = ("app.run(", "requests.get(")
    blocks = [b for b in guide if b.language == "python" and not any(a in b.code for a in asks)]
    for number, block in enumerate(blocks):
        folder = tmp_path / str(number)
        folder.mkdir()
        with subtests.test(str(block)):
            run(Reader(folder, mail_settings(smtp_server)), block)


def test_the_calls_tell_what_was_recorded(guide: list[Block], reader: Reader) -> None:
    with reader.running(), curl(reader):
        run(reader, part(guide, "1. Registrando"))
        record_possible_result(guide, reader)
        wait_until(lambda: summary(reader)["accuracy"]["current"], what="the score")
        check_general(reader, part(guide, "Métricas Gerais"))
        check_filters(reader, part(guide, "Filtros"))
        check_exports(reader, part(guide, "Exportação"))
        printed = run(reader, part(guide, "API para Integração"))
    assert printed == f"Acurácia atual: {HITS / 15}\n"


def record_possible_result(guide: list[Block], reader: Reader) -> None:
    """The documented result with numbers that Lotofácil has."""
    block = part(guide, "2. Registrando")
    assert IMPOSSIBLE in block.code
    code = block.code.replace(IMPOSSIBLE, POSSIBLE)
    reader.python(code, missing_names(code, IMPORTS))


def check_general(reader: Reader, block: Block) -> None:
    figures, whole, live = documents(reader.bash(block.code))
    for document in (figures, whole, live):
        assert document["status"] == "success"
    assert figures["data"].keys() >= {"accuracy", "performance"}
    assert figures["data"]["accuracy"]["total"]["accuracy"] == pytest.approx(HITS / 15)
    assert whole["data"]["accuracy"]["current"] == pytest.approx(HITS / 15)
    assert whole["data"]["predictions"]["total"] == 1


def check_filters(reader: Reader, block: Block) -> None:
    january, days, chosen = documents(reader.bash(block.code))
    assert january["data"]["accuracy"]["total"]["accuracy"] is None
    assert days["status"] == "success"
    assert chosen["data"]["predictions"]["total"]["volume"] == 1


def check_exports(reader: Reader, block: Block) -> None:
    (document,) = documents(reader.bash(block.code))
    exported = {row["model_version"] for row in document["data"]}
    assert exported == {"v2.1"}
    with (reader.folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["model_version"] for row in rows} == {"v2.1"}


def test_the_impossible_draw_is_kept_apart_and_mended(guide: list[Block], reader: Reader) -> None:
    waiting = 'lotofacil_quarantine_records{game="lotofacil",kind="result"}'
    with reader.running():
        run(reader, part(guide, "2. Registrando"))
        wait_until(lambda: metric(reader, waiting) == 1, what="the quarantined draw")
        record_possible_result(guide, reader)
        wait_until(lambda: metric(reader, waiting) == 0, what="the mended draw")


def metric(reader: Reader, name: str) -> float | None:
    page = requests.get(f"{reader.url}/metrics", timeout=PATIENCE_SECONDS).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else None


def test_the_documented_rule_is_watched(guide: list[Block], reader: Reader) -> None:
    with reader.running():
        run(reader, part(guide, "4. Configurando"))
        page = wait_until(lambda: shown_rule(reader), what="the rule")
    assert re.search(
        r'lotofacil_alert_rule_threshold\{[^}]*"Baixa Acurácia"[^}]*\} 0\.6$', page, re.MULTILINE
    )


def shown_rule(reader: Reader) -> str:
    page = requests.get(f"{reader.url}/metrics", timeout=PATIENCE_SECONDS).text
    return page if "Baixa Acurácia" in page else ""


def test_the_page_is_served_from_the_users_own_application(
    guide: list[Block], reader: Reader
) -> None:
    block = part(guide, "5. Acessando")
    script = reader.folder / "app.py"
    script.write_text(reader.here(block.code), "utf-8")
    with started(reader, script):
        page = requests.get(f"{reader.url}/dashboard", timeout=PATIENCE_SECONDS)
    assert page.status_code == 200
    assert "Lotofácil" in page.text


@contextmanager
def started(reader: Reader, script: Path) -> Iterator[None]:
    """The script in a process group of its own: Flask's reloader starts a second process."""
    process = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=reader.folder,
        env=reader.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: answers(f"{reader.url}/dashboard"), what="the page")
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("place", ["config.py", ".env"])
def test_the_documented_settings_are_read(
    guide: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    blocks = [b for b in guide if b.language == "python" and re.match(r"#.*\n[A-Z_]+ = ", b.code)]
    assert len(blocks) == 3
    (tmp_path / place).write_text("\n".join(block.code for block in blocks), "utf-8")
    monkeypatch.chdir(tmp_path)
    found = load_settings()
    assert found.database == "mysql+pymysql://user:password@localhost/lotofacil_metrics"
    assert (found.SMTP_SERVER, found.SMTP_PORT) == ("smtp.gmail.com", 587)
    assert found.SMTP_PASSWORD.get_secret_value() == "sua_senha_app"
    assert found.WEBHOOK_URL.get_secret_value() == "https://hooks.slack.com/services/..."
    assert (found.METRICS_BATCH_SIZE, found.METRICS_RETENTION_DAYS) == (1000, 365)
    assert (found.ALERT_CHECK_INTERVAL, found.LOG_ROTATION_SIZE) == (60, 100_000_000)


def test_the_documented_packages_are_one_line_of_pip(guide: list[Block]) -> None:
    """This product brings what it needs; the line stays right for those who follow it."""
    words = part(guide, "Dependências").code.split()
    assert words[:2] == ["pip", "install"]
    assert all(re.fullmatch(r"[a-z]+", name) for name in words[2:])


def test_the_database_of_the_guide_is_mysql(
    guide: list[Block], reader: Reader, mariadb_url: str
) -> None:
    """mysql://user:password@localhost/... as documented, on a real server."""
    reader.environment["DATABASE_URL"] = mariadb_url.replace("mysql+pymysql://", "mysql://")
    with reader.running():
        run(reader, part(guide, "1. Registrando"))
        record_possible_result(guide, reader)
        wait_until(lambda: summary(reader)["accuracy"]["current"], what="the score")
