"""Settings: read once at the edge, checked all together, then frozen.

Sources, the later wins: defaults, `config.py` (literal assignments, never run),
`.env`, `*_FILE` secrets, the environment. The documented names are kept as the
guide gives them.
"""

import ast
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from exporter.messages import Language

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_SCHEMES = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
_SCHEMES |= {"mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}


class InvalidSettings(ValueError):  # noqa: N818 - reads as the sentence it is
    """Some settings are unusable; the message has one line for each, naming its variable."""


def parse_size(value: object) -> object:
    """'100MB' -> bytes (decimal units; KiB, MiB, GiB binary); other types pass through."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"\s*(\d+)\s*([A-Za-z]*)\s*", value)
    if not found or found[2].upper() not in _UNITS:
        raise ValueError("must be a size such as 100MB")
    return int(found[1]) * _UNITS[found[2].upper()]


def database_url(value: str) -> str:
    """A database address with the driver this product uses: mysql:// just works."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme.split("+")[0] not in _SCHEMES:
        raise ValueError("must start with sqlite:///, postgresql:// or mysql://")
    driver = scheme if "+" in scheme else _SCHEMES[scheme]
    return f"{driver}://{rest}"


Size = Annotated[int, BeforeValidator(parse_size), Field(gt=0)]
Port = Annotated[int, Field(ge=0, le=65535)]
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
#: As Alertmanager writes it, such as 30s or 1h30m.
Duration = Annotated[str, Field(pattern=r"^([0-9]+(ms|s|m|h|d|w))+$")]
FileMode = Annotated[str, Field(pattern=r"^0?[0-7]{3}$")]


class Settings(BaseSettings):
    """All settings of the product; see docs/settings.md, which is generated from here."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
    )

    # the documented ones
    DATABASE_URL: Annotated[SecretStr, Field(description="Where the records are kept.")] = (
        SecretStr("sqlite:///metrics.db")
    )
    SMTP_SERVER: Annotated[str, Field(description="Mail server; empty: no mail.")] = ""
    SMTP_PORT: Annotated[Port, Field(description="Its port.")] = 587
    SMTP_USERNAME: Annotated[str, Field(description="User there; empty: no log-in.")] = ""
    SMTP_PASSWORD: Annotated[SecretStr, Field(description="Password there.")] = SecretStr("")
    WEBHOOK_URL: Annotated[SecretStr, Field(description="Receives every alert; empty: none.")] = (
        SecretStr("")
    )
    METRICS_BATCH_SIZE: Annotated[int, Field(ge=1, le=100_000, description="Records a write.")] = (
        1000
    )
    METRICS_RETENTION_DAYS: Annotated[
        int, Field(ge=1, description="Days that raw predictions are kept.")
    ] = 365
    ALERT_CHECK_INTERVAL: Annotated[
        int, Field(ge=1, description="Seconds between evaluations of the rules.")
    ] = 60
    LOG_ROTATION_SIZE: Annotated[
        Size, Field(description="Size at which a log file is rotated.")
    ] = 100_000_000

    # the exporter
    EXPORTER_HOST: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    EXPORTER_PORT: Annotated[Port, Field(description="Port to listen on.")] = 5000
    EXPORTER_API_TOKEN: Annotated[
        SecretStr, Field(description="Bearer token of the REST API; needed beyond loopback.")
    ] = SecretStr("")
    EXPORTER_ANONYMOUS_READ: Annotated[
        bool, Field(description="Answer reading calls without the token.")
    ] = False
    EXPORTER_URL: Annotated[
        str, Field(description="When set, the Python calls send over HTTP to this exporter.")
    ] = ""
    EXPORTER_REFRESH_SECONDS: Annotated[
        float, Field(gt=0, description="Seconds between snapshots of the roll-ups.")
    ] = 5.0
    EXPORTER_THREADS: Annotated[int, Field(ge=1, le=256, description="Threads of the server.")] = 8
    EXPORTER_MAX_BODY: Annotated[Size, Field(description="Largest request accepted.")] = 16_000_000
    LOTOFACIL_DATA_DIR: Annotated[Path, Field(description="Spool, logs and generated files.")] = (
        Path("data")
    )
    LOTOFACIL_LANGUAGE: Annotated[
        Language, Field(description="Language of what operators read.")
    ] = Language.PT_BR
    LOTOFACIL_GAMES_FILE: Annotated[
        Path | None, Field(description="YAML file with definitions of more games.")
    ] = None
    LOTOFACIL_LOG_LEVEL: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="Least level written.")
    ] = "info"
    SPOOL_MAX_SIZE: Annotated[Size, Field(description="Size at which the spool is full.")] = (
        1_000_000_000
    )
    SPOOL_DURABLE: Annotated[
        bool, Field(description="False: a memory queue, faster, lost when the process is killed.")
    ] = True

    # the servers beside it
    PROMETHEUS_URL: Annotated[
        HttpUrl, Field(description="Prometheus, as the exporter reaches it.")
    ] = "http://localhost:9090"
    ALERTMANAGER_URL: Annotated[
        HttpUrl, Field(description="Alertmanager, as the exporter reaches it.")
    ] = "http://localhost:9093"
    ALERTMANAGER_CONFIG: Annotated[
        Path, Field(description="Alertmanager's configuration file, rendered by this product.")
    ] = Path("data/alertmanager/alertmanager.yml")
    DASHBOARD_URL: Annotated[
        HttpUrl, Field(description="The dashboard page, as people reach it (for links in mails).")
    ] = "http://localhost:5000/dashboard"
    ALERT_EMAIL_FROM: Annotated[str, Field(description="Sender of mails.")] = "lotofacil@localhost"
    ALERT_EMAIL_TO: Annotated[
        str, Field(description="Receivers of every alert, comma-separated.")
    ] = ""
    SMTP_REQUIRE_TLS: Annotated[bool, Field(description="Refuse to send mail in the clear.")] = True
    ALERT_WEBHOOK_ALLOW_PRIVATE: Annotated[
        bool, Field(description="Take webhooks to private, link-local and loopback addresses.")
    ] = False
    ALERT_GROUP_WAIT: Annotated[
        Duration, Field(description="How long the first message of a group waits for others.")
    ] = "30s"
    ALERT_GROUP_INTERVAL: Annotated[
        Duration, Field(description="Least time between two messages of a group.")
    ] = "5m"
    ALERT_REPEAT_INTERVAL: Annotated[
        Duration, Field(description="After this an alert that still fires is sent again.")
    ] = "12h"
    ALERT_HISTORY_URL: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^\s]+)?$",
            description="The exporter, as Alertmanager reaches it; empty: on localhost.",
        ),
    ] = ""
    ALERTMANAGER_CONFIG_MODE: Annotated[
        FileMode,
        Field(description="Mode of that file; 0640 where Alertmanager is in the exporter's group."),
    ] = "0600"

    # the retrainer
    RETRAINER_HOST: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    RETRAINER_PORT: Annotated[Port, Field(description="Port to listen on.")] = 5001
    RETRAINER_URL: Annotated[
        HttpUrl, Field(description="The retrainer, as Alertmanager reaches it.")
    ] = "http://localhost:5001"
    RETRAINER_TOKEN: Annotated[
        SecretStr, Field(description="Bearer token of its webhook; needed beyond loopback.")
    ] = SecretStr("")
    RETRAINER_COMMAND: Annotated[
        str, Field(description="Training command; {output}, {game} and {version} are filled in.")
    ] = ""
    RETRAINER_TIMEOUT_SECONDS: Annotated[
        float, Field(gt=0, description="Longest training run.")
    ] = 3600.0
    RETRAINER_COOLDOWN_SECONDS: Annotated[
        float, Field(ge=0, description="Least time between two training runs of a game.")
    ] = 86_400.0

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in cls.model_fields:
            path = os.environ.get(f"{name}_FILE")
            if path and name not in values:
                values[name] = _read_secret(name, Path(path))
        return values

    @model_validator(mode="after")
    def _check_database(self) -> "Settings":
        database_url(self.DATABASE_URL.get_secret_value())
        return self

    @property
    def database(self) -> str:
        """DATABASE_URL with the driver filled in (a secret: it may hold a password)."""
        return database_url(self.DATABASE_URL.get_secret_value())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Adds the guide's `config.py` below the environment and `.env`."""
        return init_settings, env_settings, dotenv_settings, _ConfigFile(settings_cls)


class _ConfigFile(PydanticBaseSettingsSource):
    """Literal assignments of a `config.py` in the working folder; the file is never executed."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        path = Path("config.py")
        if not path.is_file():
            return {}
        known = self.settings_cls.model_fields
        return {k: v for k, v in _literals(path.read_text("utf-8")).items() if k in known}


def _literals(source: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found |= {t.id: node.value.value for t in node.targets if isinstance(t, ast.Name)}
    return found


def _read_secret(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise ValueError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from all sources, `overrides` winning.

    Raises InvalidSettings that lists every fault at once, each with its variable.
    """
    try:
        return Settings(**dict(overrides or {}))
    except ValidationError as error:
        raise InvalidSettings("\n".join(_fault(fault) for fault in error.errors())) from None


def _fault(fault: Any) -> str:
    name = ".".join(str(part) for part in fault["loc"]) or "settings"
    value = fault.get("input")
    shown = f" {value!r}" if isinstance(value, (str, int, float)) and "PASSWORD" not in name else ""
    return f"{name}:{shown} {fault['msg'].removeprefix('Value error, ')}"
