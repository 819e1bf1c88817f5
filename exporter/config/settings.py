"""All settings of the product, with their defaults and meanings.

Sources, the earlier wins: the environment, `.env`, `config.py`; see sources.py.
The documented names are kept as the guide gives them.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from exporter.config.faults import (
    InvalidSettings,
    fault_lines,
    plain,
    refuse_unusable,
    without_user,
)
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
from exporter.config.sources import read_sources
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import Games
from exporter.messages import Language


def _known_games(path: Path | None) -> Games:
    if path is None:
        return KNOWN_GAMES
    from exporter.config.games import known_games  # noqa: PLC0415 - brings a parser of YAML

    return known_games(path)


def _with_games(path: Path | None) -> Path | None:
    _known_games(path)
    return path


def _setting(default: Any, meaning: str, **bounds: Any) -> Any:
    return Field(default, description=meaning, **bounds)


class Settings(BaseModel):
    """All settings of the product; see docs/settings.md, which is generated from here."""

    model_config = ConfigDict(frozen=True)

    # the documented ones
    DATABASE_URL: DatabaseUrl = _setting(
        SecretStr("sqlite:///metrics.db"), "Where the records are kept."
    )
    SMTP_SERVER: Host = _setting("", "Mail server; empty: no mail.")
    SMTP_PORT: Port = _setting(587, "Its port.")
    SMTP_USERNAME: Line = _setting("", "User there; empty: no log-in.")
    SMTP_PASSWORD: SecretStr = _setting(SecretStr(""), "Password there.")
    WEBHOOK_URL: WebhookUrl = _setting(SecretStr(""), "Receives every alert; empty: none.")
    METRICS_BATCH_SIZE: int = _setting(1000, "Records a write.", ge=1, le=100_000)
    METRICS_RETENTION_DAYS: int = _setting(
        365, "Days that raw predictions are kept.", ge=1, le=36_500
    )
    ALERT_CHECK_INTERVAL: int = _setting(
        60, "Seconds between evaluations of the rules.", ge=1, le=86_400
    )
    LOG_ROTATION_SIZE: Size = _setting(100_000_000, "Size at which a log file is rotated.")

    # the exporter
    EXPORTER_HOST: Host = _setting("127.0.0.1", "Address to listen on.")
    EXPORTER_PORT: Port = _setting(5000, "Port to listen on.")
    EXPORTER_API_TOKEN: Token = _setting(
        SecretStr(""), "Bearer token of the REST API; needed beyond loopback."
    )
    EXPORTER_ANONYMOUS_READ: bool = _setting(False, "Answer reading calls without the token.")
    EXPORTER_URL: OptionalHttpUrl = _setting(
        "", "When set, the Python calls send over HTTP to this exporter."
    )
    EXPORTER_REFRESH_SECONDS: Seconds = _setting(
        5.0, "Seconds between snapshots of the roll-ups.", gt=0
    )
    EXPORTER_THREADS: int = _setting(
        8, "Threads for reading calls; as many for those that record.", ge=1, le=256
    )
    EXPORTER_REQUEST_SECONDS: Seconds = _setting(
        10.0, "Within which a request has to be answered; an export's part too.", gt=0
    )
    EXPORTER_MAX_BODY: Size = _setting(16_000_000, "Largest request accepted.")
    HTTP_MAX_CONNECTIONS: int = _setting(
        2000,
        "Connections, of exporter and retrainer each; then the longest idle goes.",
        ge=10,
        le=100_000,
    )
    HTTP_MAX_HEADER: Size = _setting(32_768, "Largest request line and headers accepted.", ge=1024)
    HTTP_HEADER_SECONDS: Seconds = _setting(
        10.0, "Within which a request's headers have to come.", gt=0
    )
    HTTP_BODY_SECONDS: Seconds = _setting(60.0, "Within which a request's body has to come.", gt=0)
    HTTP_IDLE_SECONDS: Seconds = _setting(
        75.0, "After which an idle client, or one that takes no answer, goes.", gt=0
    )
    LOTOFACIL_DATA_DIR: Path = _setting(Path("data"), "Spool, logs and generated files.")
    LOTOFACIL_LANGUAGE: Language = _setting(Language.PT_BR, "Language of what operators read.")
    LOTOFACIL_ALLOWED_HOSTS: HostNames = _setting(
        "",
        "Names, comma-separated, under which exporter and retrainer may be called besides"
        " localhost; empty: none on loopback, any beyond it.",
    )
    LOTOFACIL_GAMES_FILE: Annotated[Path | None, AfterValidator(_with_games)] = _setting(
        None, "YAML file with more games, or newer prices of known ones."
    )
    LOTOFACIL_LOG_LEVEL: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "Least level written."
    )
    SPOOL_MAX_SIZE: Size = _setting(
        1_000_000_000, "What the spool may take of the disk, its log included."
    )
    SPOOL_SYNC: Sync = _setting(
        "normal",
        "What outlives a power cut. normal: all but the last moments; full: whatever was"
        " accepted, with a wait for the disk at each call (SQLite databases, too).",
    )
    SPOOL_DURABLE: bool = _setting(
        True, "False: a memory queue, faster, lost when the process is killed."
    )

    # the servers beside it
    PROMETHEUS_URL: HttpUrl = _setting(
        "http://localhost:9090", "Prometheus, as the exporter reaches it."
    )
    ALERTMANAGER_URL: HttpUrl = _setting(
        "http://localhost:9093", "Alertmanager, as the exporter reaches it."
    )
    ALERTMANAGER_CONFIG: Path = _setting(
        Path("data/alertmanager/alertmanager.yml"),
        "Alertmanager's configuration file, rendered by this product.",
    )
    DASHBOARD_URL: HttpUrl = _setting(
        "http://localhost:5000/dashboard",
        "The dashboard page, as people reach it (for links in mails).",
    )
    RUNBOOKS_URL: OptionalHttpUrl = _setting(
        "",
        "The repository, as people read it (for links in mails), such as"
        " https://github.com/OWNER/NAME/blob/main; empty: mails name the runbook's path.",
    )
    ALERT_EMAIL_FROM: Line = _setting("lotofacil@localhost", "Sender of mails.")
    ALERT_EMAIL_TO: Receivers = _setting("", "Receivers of every alert, comma-separated.")
    SMTP_REQUIRE_TLS: bool = _setting(True, "Refuse to send mail in the clear.")
    ALERT_WEBHOOK_ALLOW_PRIVATE: bool = _setting(
        False, "Take webhooks to private, link-local and loopback addresses."
    )
    ALERT_GROUP_WAIT: Duration = _setting(
        "30s", "How long the first message of a group waits for others."
    )
    ALERT_GROUP_INTERVAL: Duration = _setting("5m", "Least time between two messages of a group.")
    ALERT_REPEAT_INTERVAL: Duration = _setting(
        "12h", "After this an alert that still fires is sent again."
    )
    ALERT_HISTORY_URL: OptionalHttpUrl = _setting(
        "", "The exporter, as Alertmanager reaches it; empty: on localhost."
    )
    ALERTMANAGER_CONFIG_MODE: FileMode = _setting(
        "0600", "Mode of that file; 0640 where Alertmanager is in the exporter's group."
    )

    # the retrainer
    RETRAINER_HOST: Host = _setting("127.0.0.1", "Address to listen on.")
    RETRAINER_PORT: Port = _setting(5001, "Port to listen on.")
    RETRAINER_URL: HttpUrl = _setting(
        "http://localhost:5001", "The retrainer, as Alertmanager reaches it."
    )
    RETRAINER_TOKEN: Token = _setting(
        SecretStr(""), "Bearer token of its webhook; needed beyond loopback."
    )
    RETRAINER_COMMAND: str = _setting(
        "", "Training command; {output}, {game} and {version} are filled in."
    )
    RETRAINER_TIMEOUT_SECONDS: Seconds = _setting(3600.0, "Longest training run.", gt=0)
    RETRAINER_COOLDOWN_SECONDS: Seconds = _setting(
        86_400.0, "Least time between two training runs of a game.", ge=0
    )
    RETRAINER_KEEP_MODELS: int = _setting(
        5,
        "Newest models, and logs of trainings, kept of a game beside those in use.",
        ge=1,
        le=10_000,
    )

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
        return _known_games(self.LOTOFACIL_GAMES_FILE)


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from all sources, `overrides` winning.

    Raises InvalidSettings that lists every fault at once, each with its variable.
    """
    try:
        return Settings(**{**read_sources(Settings.model_fields), **(overrides or {})})
    except ValidationError as error:
        lines = fault_lines(error.errors(include_url=False), _shown)
        raise InvalidSettings("\n".join(lines)) from None


def _shown(fault: Mapping[str, Any]) -> str:
    field = Settings.model_fields[fault["loc"][0]]
    return "" if field.annotation is SecretStr else plain(fault["input"])
