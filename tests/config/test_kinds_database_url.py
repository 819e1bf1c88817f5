import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from exporter.config import database_url, load_settings
from tests.config.conftest import faults


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///metrics.db", "sqlite:///metrics.db"),
        ("sqlite:////var/lib/metrics.db", "sqlite:////var/lib/metrics.db"),
        ("sqlite+pysqlite:///metrics.db", "sqlite:///metrics.db"),
        ("mysql://u:p@localhost/m", "mysql+pymysql://u:p@localhost/m"),
        ("mysql+pymysql://u:p@localhost/m", "mysql+pymysql://u:p@localhost/m"),
        ("mariadb://u:p@localhost:3307/m", "mariadb+pymysql://u:p@localhost:3307/m"),
        ("postgres://u:p@localhost/m", "postgresql+psycopg://u:p@localhost/m"),
        ("postgresql://u@localhost/m", "postgresql+psycopg://u@localhost/m"),
        ("postgresql+psycopg://u@h/m", "postgresql+psycopg://u@h/m"),
        ("postgresql:///m?host=/run/x", "postgresql+psycopg:///m?host=/run/x"),
        ("mysql://u@h/m?ssl_ca=/ca.pem", "mysql+pymysql://u@h/m?ssl_ca=/ca.pem"),
        ("mysql://u:p%40ss%2F@[::1]/m", "mysql+pymysql://u:p%40ss%2F@[::1]/m"),
    ],
)
def test_addresses_get_the_driver_this_product_brings(written: str, used: str) -> None:
    assert database_url(written) == used
    assert database_url(used) == used
    create_engine(used).dispose()


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("metrics.db", "must be sqlite:///FILE"),
        ("oracle://u:hunter2@h/m", "must be sqlite:///FILE"),
        ("mysql:/u:hunter2@h/m", "must be sqlite:///FILE"),
        ("mysql://u:hunter2@h:x/m", "must be sqlite:///FILE"),
        ("mysql://u:hunter2@h:99999/m", "must have a port"),
        ("mysql://u:hunter2@h", "must name a database"),
        ("postgresql://u:hunter2@h/", "must name a database"),
        (
            "postgresql+psycopg2://u:hunter2@h/m",
            "has a driver that is not part of this; write postgresql:// alone",
        ),
        (
            "mysql+mysqldb://u:hunter2@h/m",
            "has a driver that is not part of this; write mysql:// alone",
        ),
        ("mysql://u:hunter2@h/m?foo=1", "may have no other options than charset, "),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite://metrics.db", "must name a file"),
        ("sqlite://user@/metrics.db", "must name a file"),
        ("sqlite:///metrics.db?mode=ro", "must name a file"),
        ("", "must be sqlite:///FILE"),
    ],
)
def test_other_addresses_are_refused_without_being_shown(written: str, reason: str) -> None:
    (line,) = faults({"DATABASE_URL": written})
    assert line.startswith(f"DATABASE_URL: {reason}")
    assert "hunter2" not in line


@given(st.text() | st.builds("{}://{}".format, st.sampled_from(["mysql", "sqlite"]), st.text()))
def test_an_accepted_address_makes_an_engine(written: str) -> None:
    try:
        used = database_url(written)
    except ValueError:
        return
    create_engine(used).dispose()


def test_the_address_is_used_as_it_was_given() -> None:
    found = load_settings({"DATABASE_URL": "postgres://u:hunter2@h/m"})
    assert found.database == "postgresql+psycopg://u:hunter2@h/m"
    assert found.DATABASE_URL.get_secret_value() == "postgres://u:hunter2@h/m"
