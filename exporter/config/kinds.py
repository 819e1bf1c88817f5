"""Kinds of values that settings take, each refused in one line that says what is right."""

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

#: What a call that returned outlives. normal: the process; full: a power cut, too.
Sync = Literal["normal", "full"]
_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
#: What may follow a MySQL address after "?": others end in a traceback of its driver.
_MYSQL_OPTIONS = frozenset(
    {"charset", "collation", "read_timeout", "write_timeout", "unix_socket"}
    | {"ssl_ca", "ssl_cert", "ssl_key", "ssl_check_hostname"}
)
_SHAPES = "sqlite:///FILE, postgresql://USER:PASSWORD@HOST/DATABASE or mysql:// likewise"
_SQLITE_FILE = r"sqlite:///(?!:memory:$)[^?\s]+"
_MOST_BYTES = 10**15


def parse_size(text: str) -> int:
    """'100MB' -> bytes (decimal units; KiB, MiB, GiB binary)."""
    size = re.fullmatch(r"\s*([0-9]{1,15})\s*([A-Za-z]*)\s*", text)
    if not size or size[2].upper() not in _UNITS:
        raise ValueError("must be a size such as 100MB")
    return int(size[1]) * _UNITS[size[2].upper()]


def _size(value: object) -> object:
    return parse_size(value) if isinstance(value, str) else value


def database_url(value: str) -> str:
    """A database address with the driver this product brings: mysql:// just works.

    Raises ValueError that does not show the address: it may hold a password.
    """
    if re.fullmatch(_SQLITE_FILE, value):
        return value
    url = _parsed(value)
    backend, _, driver = url.drivername.partition("+")
    backend = "postgresql" if backend == "postgres" else backend
    if backend not in _DRIVERS:
        raise ValueError(f"must be {_SHAPES}")
    if driver not in ("", _DRIVERS[backend]):
        raise ValueError(f"has a driver that is not part of this; write {backend}:// alone")
    _check_place(url, backend)
    place = value.partition("://")[2]
    return (
        f"sqlite://{place}" if backend == "sqlite" else f"{backend}+{_DRIVERS[backend]}://{place}"
    )


def _parsed(value: str) -> "URL":
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - heavy, and not for every address
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        return make_url(value.strip())
    except (ArgumentError, ValueError):
        raise ValueError(f"must be {_SHAPES} (signs such as @ in a password as %40)") from None


def _check_place(url: "URL", backend: str) -> None:
    if backend == "sqlite":
        beside = url.host, url.username, url.password, url.port, *url.query
        if any(beside) or url.database in (None, "", ":memory:"):
            raise ValueError("must name a file: sqlite:///metrics.db, or sqlite:////var/metrics.db")
    elif not url.database:
        raise ValueError(f"must name a database: {backend}://USER:PASSWORD@HOST/DATABASE")
    elif not 0 < (url.port or 1) < 65536:
        raise ValueError("must have a port from 1 to 65535")
    elif backend != "postgresql" and not _MYSQL_OPTIONS.issuperset(url.query):
        raise ValueError(f"may have no other options than {', '.join(sorted(_MYSQL_OPTIONS))}")


def _check_database(value: SecretStr) -> SecretStr:
    database_url(value.get_secret_value())
    return value


def _check_webhook(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        from exporter.domain.alerts import webhook_channel  # noqa: PLC0415 - few have one

        webhook_channel(value.get_secret_value())
    return value


def _check_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]*", value.get_secret_value()):
        raise ValueError("must be ASCII signs without spaces, as they can stand in a header")
    return value


def _check_receivers(value: str) -> str:
    if value.strip():
        from exporter.domain.alerts import NotificationChannel  # noqa: PLC0415 - few have any

        try:
            NotificationChannel("ALERT_EMAIL_TO", "email", {"to": value})
        except ValueError:  # its words repeat the value
            reason = "must be mail addresses such as admin@empresa.com, comma-separated"
            raise ValueError(reason) from None
    return value


def _matching(pattern: str, meaning: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {meaning}")
        return value

    return AfterValidator(check)


_URL = r"https?://[^\s/]+\S*"
_URL_MEANING = "an address such as http://localhost:9090"

Size = Annotated[int, BeforeValidator(_size), Field(gt=0, le=_MOST_BYTES)]
Port = Annotated[int, Field(ge=0, le=65535)]
HttpUrl = Annotated[str, _matching(_URL, _URL_MEANING)]
OptionalHttpUrl = Annotated[str, _matching(f"({_URL})?", _URL_MEANING)]
Line = Annotated[str, _matching(r"[^\x00-\x1f\x7f]*", "one line without control characters")]
Seconds = Annotated[float, Field(le=31_536_000, allow_inf_nan=False)]
#: As Alertmanager writes it.
Duration = Annotated[str, _matching(r"([0-9]{1,9}(ms|s|m|h|d|w))+", "a time such as 30s or 1h30m")]
FileMode = Annotated[str, _matching("0?[0-7]{3}", "a mode such as 0640")]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_check_database)]
WebhookUrl = Annotated[SecretStr, AfterValidator(_check_webhook)]
Token = Annotated[SecretStr, AfterValidator(_check_token)]
#: A name or an address of a machine to listen on or to call.
Host = Annotated[str, _matching(r"[\w.:%\[\]-]*", "a host such as localhost or mail.empresa.com")]
HostNames = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9._\s,-]*",
        "names such as monitor.empresa.com, comma-separated and without port",
    ),
]
Receivers = Annotated[str, AfterValidator(_check_receivers)]
