"""`lotofacil alerts`, `thresholds` and `doctor` without servers."""

import re
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from exporter.app import build
from exporter.config import load_settings
from tests.commands import lotofacil
from tests.servers.ports import free_port


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOTOFACIL_LANGUAGE", "en")
    for name in ("ALERTMANAGER_URL", "PROMETHEUS_URL", "RETRAINER_URL"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("EXPORTER_PORT", str(free_port()))
    return tmp_path


def words(result: Result) -> list[str]:
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_rules_are_added_listed_and_removed() -> None:
    added = lotofacil("alerts", "add", "Baixa Acurácia", "accuracy", "<", "0.6")
    assert added.exit_code == 0
    assert "47.1% of looks" in added.stderr
    assert lotofacil("alerts", "add", "Baixa Acurácia", "accuracy", "<", "0.5").stdout == (
        "Rule 'Baixa Acurácia' replaced.\n"
    )
    listed = words(lotofacil("alerts", "list"))
    assert "Baixa Acurácia accuracy < 0.5 30 – warning accuracy_drop" in listed
    assert lotofacil("alerts", "remove", "Baixa Acurácia").exit_code == 0
    gone = lotofacil("alerts", "remove", "Baixa Acurácia")
    assert gone.exit_code == 1
    assert "There is no rule 'Baixa Acurácia'" in gone.stderr


def test_a_file_that_cannot_be_opened_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder}/none/metrics.db")
    found = lotofacil("alerts", "list")
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.count("\n") == 1
    assert f"unable to open database file ({folder}/none/metrics.db)" in found.stderr


def test_astronomic_evidence_is_listed_as_a_power_of_ten() -> None:
    record_a_model_that_misses()
    lotofacil("alerts", "add", "prova", "accuracy.evidence", ">", "20")
    (listed,) = (line for line in words(lotofacil("alerts", "list")) if line.startswith("prova"))
    assert re.fullmatch("prova accuracy.evidence > 20 – 10[¹²³][⁰¹²³⁴⁵⁶⁷⁸⁹] .*", listed), listed


def record_a_model_that_misses() -> None:
    """As few hits as there can be, ten draws long."""
    low, high = list(range(1, 16)), list(range(11, 26))
    with closing(build(load_settings())) as app:
        for number in range(3000, 3010):
            app.metrics.record_prediction(
                "lotofacil", low, draw_number=number, predicted_at="2024-01-31T12:00"
            )
            app.tracker.record_result("lotofacil", number, high, date(2024, 2, 1))


def test_a_name_with_line_breaks_stays_on_one_line() -> None:
    lotofacil("alerts", "add", 'a "b"\n{{ .x }}', "system.cpu", ">", "0.9")
    assert 'a "b" {{ .x }} system.cpu > 0.9 – – warning system_error' in words(
        lotofacil("alerts", "list")
    )


def test_a_bad_rule_is_refused_in_one_line() -> None:
    refused = lotofacil("alerts", "add", "a", "speed", "<", "1")
    assert refused.exit_code == 2
    assert "metric_type: 'speed' is not known" in refused.stderr


def test_an_unknown_channel_cannot_be_tried() -> None:
    refused = lotofacil("alerts", "test", "--channel", "x")
    assert refused.exit_code == 1
    assert "There is no channel 'x'; there are: none." in refused.stderr


def test_a_threshold_is_explained_in_aligned_lines() -> None:
    explained = lotofacil("thresholds", "explain", "accuracy", "<", "0.6")
    assert explained.exit_code == 0
    starts = {line.index(line.split("  ")[-1].strip()) for line in explained.stdout.splitlines()}
    assert len(starts) == 1
    assert "Verdict" in explained.stdout
    assert lotofacil("thresholds", "explain", "performance", "<", "1").exit_code == 2


def test_the_doctor_says_what_to_do_without_making_a_database(folder: Path) -> None:
    examined = lotofacil("doctor")
    assert examined.exit_code == 1
    found = words(examined)
    assert "ERROR database metrics.db is not there yet" in found[0]
    assert all(line.split()[0] in ("ok", "warning", "ERROR") for line in found)
    subjects = ("exporter", "Prometheus", "Alertmanager", "retrainer")
    for subject in subjects:
        assert any(line.startswith(f"ERROR {subject} does not answer at") for line in found)
    assert not (folder / "metrics.db").exists()


def test_the_doctor_names_mail_that_cannot_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_EMAIL_TO", "admin@empresa.com")
    assert any("SMTP_SERVER is empty → set SMTP_*" in line for line in words(lotofacil("doctor")))
    monkeypatch.setenv("SMTP_SERVER", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(free_port()))
    assert any(line.startswith("ERROR mail 127.0.0.1:") for line in words(lotofacil("doctor")))


def test_the_doctor_speaks_portuguese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTOFACIL_LANGUAGE", "pt-BR")
    assert any(line.startswith("ERRO banco de dados") for line in words(lotofacil("doctor")))


def test_the_doctor_warns_of_noisy_rules() -> None:
    lotofacil("alerts", "add", "Baixa Acurácia", "accuracy", "<", "0.6")
    found = words(lotofacil("doctor"))
    assert "ok database sqlite answers, schema up to date" in found
    assert any(line.startswith("warning thresholds The rule 'Baixa Acurácia'") for line in found)


def test_a_spool_that_cannot_be_used_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("LOTOFACIL_DATA_DIR", str(folder / "file"))
    found = words(lotofacil("doctor"))
    assert any(line.startswith("ERROR spool") and "cannot be used" in line for line in found)
