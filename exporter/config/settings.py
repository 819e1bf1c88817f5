"""All settings of the product, with their defaults and meanings.

Sources, the earlier wins: the environment, `.env`, `config.py`; see sources.py.
The documented names are kept as the guide gives them.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from exporter.config.faults import (
    InvalidSettings,
    fault_lines,
    plain,
    refuse_unusable,
    without_user,
)
from exporter.config.games import known_games
from exporter.config.kinds import (
    DatabaseUrl,
    Duration,
    FileMode,
    Host,
    HostNames,
    HttpUrl,
    Line,
    OptionalHttpUrl,
    Port,
    Receivers,
    Seconds,
    Size,
    Sync,
    Token,
    WebhookUrl,
    database_url,
)
from exporter.config.sources import ConfigFile, EnvFile, Environment
from exporter.domain.games import Games
from exporter.messages import Language


def _with_games(path: Path | None) -> Path | None:
    known_games(path)
    return path


class Settings(BaseSettings):
    """All settings of the product; see docs/settings.md, which is generated from here."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    # the documented ones
    DATABASE_URL: Annotated[DatabaseUrl, Field(description="Where the records are kept.")] = (
        SecretStr("sqlite:///metrics.db")
    )
    SMTP_SERVER: Annotated[Host, Field(description="Mail server; empty: no mail.")] = ""
    SMTP_PORT: Annotated[Port, Field(description="Its port.")] = 587
    SMTP_USERNAME: Annotated[Line, Field(description="User there; empty: no log-in.")] = ""
    SMTP_PASSWORD: Annotated[SecretStr, Field(description="Password there.")] = SecretStr("")
    WEBHOOK_URL: Annotated[WebhookUrl, Field(description="Receives every alert; empty: none.")] = (
        SecretStr("")
    )
    METRICS_BATCH_SIZE: Annotated[int, Field(ge=1, le=100_000, description="Records a write.")] = (
        1000
    )
    METRICS_RETENTION_DAYS: Annotated[
        int, Field(ge=1, le=36_500, description="Days that raw predictions are kept.")
    ] = 365
    ALERT_CHECK_INTERVAL: Annotated[
        int, Field(ge=1, le=86_400, description="Seconds between evaluations of the rules.")
    ] = 60
    LOG_ROTATION_SIZE: Annotated[
        Size, Field(description="Size at which a log file is rotated.")
    ] = 100_000_000

    # the exporter
    EXPORTER_HOST: Annotated[Host, Field(description="Address to listen on.")] = "127.0.0.1"
    EXPORTER_PORT: Annotated[Port, Field(description="Port to listen on.")] = 5000
    EXPORTER_API_TOKEN: Annotated[
        Token, Field(description="Bearer token of the REST API; needed beyond loopback.")
    ] = SecretStr("")
    EXPORTER_ANONYMOUS_READ: Annotated[
        bool, Field(description="Answer reading calls without the token.")
    ] = False
    EXPORTER_URL: Annotated[
        OptionalHttpUrl,
        Field(description="When set, the Python calls send over HTTP to this exporter."),
    ] = ""
    EXPORTER_REFRESH_SECONDS: Annotated[
        Seconds, Field(gt=0, description="Seconds between snapshots of the roll-ups.")
    ] = 5.0
    EXPORTER_THREADS: Annotated[
        int,
        Field(
            ge=1, le=256, description="Threads for reading calls; as many for those that record."
        ),
    ] = 8
    EXPORTER_REQUEST_SECONDS: Annotated[
        Seconds,
        Field(gt=0, description="Within which a request has to be answered; an export's part too."),
    ] = 10.0
    EXPORTER_MAX_BODY: Annotated[Size, Field(description="Largest request accepted.")] = 16_000_000
    HTTP_MAX_CONNECTIONS: Annotated[
        int,
        Field(
            ge=10,
            le=100_000,
            description="Connections, of exporter and retrainer each; then the longest idle goes.",
        ),
    ] = 2000
    HTTP_MAX_HEADER: Annotated[
        Size, Field(ge=1024, description="Largest request line and headers accepted.")
    ] = 32_768
    HTTP_HEADER_SECONDS: Annotated[
        Seconds, Field(gt=0, description="Within which a request's headers have to come.")
    ] = 10.0
    HTTP_BODY_SECONDS: Annotated[
        Seconds, Field(gt=0, description="Within which a request's body has to come.")
    ] = 60.0
    HTTP_IDLE_SECONDS: Annotated[
        Seconds,
        Field(gt=0, description="After which an idle client, or one that takes no answer, goes."),
    ] = 75.0
    LOTOFACIL_DATA_DIR: Annotated[Path, Field(description="Spool, logs and generated files.")] = (
        Path("data")
    )
    LOTOFACIL_LANGUAGE: Annotated[
        Language, Field(description="Language of what operators read.")
    ] = Language.PT_BR
    LOTOFACIL_ALLOWED_HOSTS: Annotated[
        HostNames,
        Field(
            description="Names, comma-separated, under which exporter and retrainer may be called"
            " besides localhost; empty: none on loopback, any beyond it."
        ),
    ] = ""
    LOTOFACIL_GAMES_FILE: Annotated[
        Path | None,
        AfterValidator(_with_games),
        Field(description="YAML file with more games, or newer prices of known ones."),
    ] = None
    LOTOFACIL_LOG_LEVEL: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="Least level written.")
    ] = "info"
    SPOOL_MAX_SIZE: Annotated[
        Size, Field(description="What the spool may take of the disk, its log included.")
    ] = 1_000_000_000
    SPOOL_SYNC: Annotated[
        Sync,
        Field(
            description="What outlives a power cut. normal: all but the last moments; full:"
            " whatever was accepted, with a wait for the disk at each call (SQLite databases, too)."
        ),
    ] = "normal"
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
    RUNBOOKS_URL: Annotated[
        OptionalHttpUrl,
        Field(
            description="The repository, as people read it (for links in mails), such as"
            " https://github.com/OWNER/NAME/blob/main; empty: mails name the runbook's path."
        ),
    ] = ""
    ALERT_EMAIL_FROM: Annotated[Line, Field(description="Sender of mails.")] = "lotofacil@localhost"
    ALERT_EMAIL_TO: Annotated[
        Receivers, Field(description="Receivers of every alert, comma-separated.")
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
        OptionalHttpUrl,
        Field(description="The exporter, as Alertmanager reaches it; empty: on localhost."),
    ] = ""
    ALERTMANAGER_CONFIG_MODE: Annotated[
        FileMode,
        Host,
        Field(description="Mode of that file; 0640 where Alertmanager is in the exporter's group."),
    ] = "0600"

    # the retrainer
    RETRAINER_HOST: Annotated[Host, Field(description="Address to listen on.")] = "127.0.0.1"
    RETRAINER_PORT: Annotated[Port, Field(description="Port to listen on.")] = 5001
    RETRAINER_URL: Annotated[
        HttpUrl, Field(description="The retrainer, as Alertmanager reaches it.")
    ] = "http://localhost:5001"
    RETRAINER_TOKEN: Annotated[
        Token, Field(description="Bearer token of its webhook; needed beyond loopback.")
    ] = SecretStr("")
    RETRAINER_COMMAND: Annotated[
        str, Field(description="Training command; {output}, {game} and {version} are filled in.")
    ] = ""
    RETRAINER_TIMEOUT_SECONDS: Annotated[
        Seconds, Field(gt=0, description="Longest training run.")
    ] = 3600.0
    RETRAINER_COOLDOWN_SECONDS: Annotated[
        Seconds, Field(ge=0, description="Least time between two training runs of a game.")
    ] = 86_400.0
    RETRAINER_KEEP_MODELS: Annotated[
        int,
        Field(
            ge=1,
            le=10_000,
            description="Newest models, and logs of trainings, kept of a game beside those in use.",
        ),
    ] = 5

    _unusable = field_validator("*", mode="before")(refuse_unusable)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, without_user(value) if isinstance(value, str) else value

    @property
    def database(self) -> str:
        """DATABASE_URL with the driver filled in (a secret: it may hold a password)."""
        return database_url(self.DATABASE_URL.get_secret_value())

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """The names in LOTOFACIL_ALLOWED_HOSTS, in small letters."""
        return frozenset(self.LOTOFACIL_ALLOWED_HOSTS.lower().replace(",", " ").split())

    @cached_property
    def games(self) -> Games:
        """The games known from the start and those of LOTOFACIL_GAMES_FILE."""
        return known_games(self.LOTOFACIL_GAMES_FILE)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by ours
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code, then our sources."""
        sources = Environment, EnvFile, ConfigFile
        return init_settings, *(source(settings_cls) for source in sources)


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from all sources, `overrides` winning.

    Raises InvalidSettings that lists every fault at once, each with its variable.
    """
    try:
        return Settings(**dict(overrides or {}))
    except ValidationError as error:
        lines = fault_lines(error.errors(include_url=False), _shown)
        raise InvalidSettings("\n".join(lines)) from None


def _shown(fault: Mapping[str, Any]) -> str:
    field = Settings.model_fields[fault["loc"][0]]
    return "" if field.annotation is SecretStr else plain(fault["input"])
