from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.config import load_settings
from tests.config.conftest import faults

Give = Callable[..., None]


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, "utf-8")
    return path


def test_the_guides_config_py_is_read() -> None:
    write(
        "config.py",
        'DATABASE_URL = "mysql://user:password@localhost/lotofacil_metrics"\n'
        'SMTP_SERVER = "smtp.gmail.com"\nSMTP_PORT = 587\n'
        "METRICS_BATCH_SIZE = 1000  # Processar métricas em lotes\n"
        'LOG_ROTATION_SIZE: str = "100MB"\n',
    )
    found = load_settings()
    assert found.database == "mysql+pymysql://user:password@localhost/lotofacil_metrics"
    assert (found.SMTP_PORT, found.LOG_ROTATION_SIZE) == (587, 100_000_000)


def test_config_py_is_never_run(tmp_path: Path) -> None:
    write("config.py", f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    load_settings()
    assert not (tmp_path / "ran").exists()


def test_a_computed_value_is_refused_with_its_line() -> None:
    write("config.py", "import os\nDATABASE_URL = os.environ['DB']\n")
    assert faults() == [
        "DATABASE_URL: config.py line 2 is not a plain value, and the file is never run"
    ]


def test_a_computed_value_does_not_matter_where_another_source_wins(given: Give) -> None:
    write("config.py", "SMTP_SERVER = compute()\n")
    given(SMTP_SERVER="mail.test")
    assert load_settings().SMTP_SERVER == "mail.test"


def test_config_py_that_is_not_python_is_one_line() -> None:
    write("config.py", 'SMTP_SERVER = "smtp.gmail.com"\nSMTP_PORT = = 5\n')
    assert faults() == ["config.py line 2: is not Python that can be read"]


@pytest.mark.parametrize(
    "text",
    ["class Config:\n    DEBUG = True\n", "print 'python 2'\n", "SECRET_KEY = (\n", "\0", "("],
)
def test_another_projects_config_py_is_left_alone(text: str) -> None:
    write("config.py", text)
    assert not load_settings().model_fields_set


def test_a_wrong_value_of_config_py_names_its_variable() -> None:
    write("config.py", "SMTP_PORT = 'x'\nEXPORTER_PORT = -1\nSMTP_PASSWORD = 5\n")
    assert {line.partition(":")[0] for line in faults()} == {
        "SMTP_PORT",
        "EXPORTER_PORT",
        "SMTP_PASSWORD",
    }


def test_the_environment_wins_over_env_file_and_that_over_config_py(given: Give) -> None:
    write("config.py", "SMTP_SERVER = 'a'\nSMTP_USERNAME = 'a'\nALERT_EMAIL_FROM = 'a'\n")
    write(".env", "SMTP_SERVER=b\nSMTP_USERNAME='b'\n")
    given(SMTP_SERVER="c")
    found = load_settings()
    assert (found.SMTP_SERVER, found.SMTP_USERNAME, found.ALERT_EMAIL_FROM) == ("c", "b", "a")
    assert load_settings({"SMTP_SERVER": "d"}).SMTP_SERVER == "d"


def test_what_is_empty_leaves_the_word_to_the_next_source(given: Give) -> None:
    write("config.py", "SMTP_SERVER = 'a'\nSMTP_USERNAME = ''\n")
    write(".env", "SMTP_SERVER=\n")
    given(SMTP_SERVER="")
    assert load_settings().SMTP_SERVER == "a"
    assert load_settings().SMTP_USERNAME == ""


def test_other_names_in_env_file_are_left_alone() -> None:
    write(".env", "COMPOSE_PROJECT_NAME=x\nPATH=/tmp\n")
    assert not load_settings().model_fields_set


def test_env_file_that_is_no_text_is_one_line() -> None:
    Path(".env").write_bytes(b"SMTP_SERVER=\xff\xfe\n")
    assert faults() == [".env: is not UTF-8 text"]


def test_a_secret_comes_from_a_file_without_its_last_newline(given: Give) -> None:
    given(SMTP_PASSWORD_FILE=str(write("password", " with spaces \n")))
    assert load_settings().SMTP_PASSWORD.get_secret_value() == " with spaces "


def test_a_file_may_be_named_in_each_source(given: Give) -> None:
    write("a", "mysql://u:p@h/a\n")
    write("b", "token-b\n")
    write("config.py", "DATABASE_URL_FILE = 'a'\n")
    write(".env", "EXPORTER_API_TOKEN_FILE=b\nSMTP_PASSWORD=env-file\n")
    given(SMTP_PASSWORD_FILE=str(write("c", "from the file")))
    found = load_settings()
    assert found.database == "mysql+pymysql://u:p@h/a"
    assert found.EXPORTER_API_TOKEN.get_secret_value() == "token-b"
    assert found.SMTP_PASSWORD.get_secret_value() == "from the file"


def test_a_value_and_a_file_of_one_setting_exclude_each_other(given: Give) -> None:
    given(SMTP_PASSWORD="a", SMTP_PASSWORD_FILE=str(write("b", "b")))
    assert faults() == [
        "SMTP_PASSWORD: is given twice, as SMTP_PASSWORD and as SMTP_PASSWORD_FILE: keep one"
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"\n", "empty"), (b"\xff", "not UTF-8 text"), (b"x" * 70_000, "larger")],
)
def test_a_file_that_holds_no_secret(given: Give, content: bytes, reason: str) -> None:
    Path("secret").write_bytes(content)
    given(RETRAINER_TOKEN_FILE="secret")
    (line,) = faults()
    assert line.startswith("RETRAINER_TOKEN: the file that RETRAINER_TOKEN_FILE names is ")
    assert reason in line


def test_a_file_that_cannot_be_read(given: Give, tmp_path: Path) -> None:
    given(DATABASE_URL_FILE="none", SMTP_PASSWORD_FILE=str(tmp_path))
    cannot = "{0}: cannot read the file that {0}_FILE names: {1}"
    assert faults() == [
        cannot.format("DATABASE_URL", "No such file or directory"),
        cannot.format("SMTP_PASSWORD", "Is a directory"),
    ]
