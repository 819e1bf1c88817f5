"""How the parts of the retrainer are put together, for the service and for the Python calls."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from exporter.collectors.retrainer import Telemetry
from exporter.config import Settings
from exporter.domain.games import Games
from exporter.domain.hosts import KnownHosts, is_loopback
from exporter.serving.access import Access
from exporter.serving.refusals import Gate
from exporter.serving.terms import Traffic
from retrainer.background import Background
from retrainer.clock import Clock, Pace, system_clock
from retrainer.command import Command, child_environment
from retrainer.integration import RetrainingIntegration
from retrainer.judgement import Policy
from retrainer.tidying import Retention
from retrainer.training import Training
from retrainer.web import Desk, create_app
from retrainer.worker import Worker


@dataclass(frozen=True)
class Retrainer:
    """The parts that are started, served or called."""

    background: Background
    app: Flask
    gate: Gate
    traffic: Traffic
    integration: RetrainingIntegration


def assemble(
    settings: Settings, engine: Engine, games: Games, clock: Clock = system_clock
) -> Retrainer:
    """Builds a retrainer; nothing runs or connects yet. Raises InvalidCommand."""
    traffic = Traffic()
    telemetry = Telemetry(clock(), traffic)
    training = _training(settings)

    def worker(name: str) -> Worker:
        cooldown, language = settings.RETRAINER_COOLDOWN_SECONDS, settings.LOTOFACIL_LANGUAGE
        policy = Policy(name, cooldown, language)
        pace = Pace(check=settings.ALERT_CHECK_INTERVAL)
        return Worker(engine, games, training, policy, telemetry, clock, pace)

    background = Background(folder(settings), worker)
    desk = Desk(
        engine=engine,
        games=games,
        access=_access(settings),
        cooldown=settings.RETRAINER_COOLDOWN_SECONDS,
        telemetry=telemetry,
        clock=clock,
        wake=background.wake,
        is_working=background.works_here,
    )
    language = settings.LOTOFACIL_LANGUAGE
    integration = RetrainingIntegration(engine, games, background, language, clock)
    return Retrainer(background, create_app(desk), desk.access.gate, traffic, integration)


def folder(settings: Settings) -> Path:
    """Where the retrainer keeps models, logs of trainings and its identity."""
    return settings.LOTOFACIL_DATA_DIR / "retrainer"


def _access(settings: Settings) -> Access:
    return Access(
        loopback=is_loopback(settings.RETRAINER_HOST),
        token=settings.RETRAINER_TOKEN.get_secret_value(),
        hosts=KnownHosts.of(settings.RETRAINER_HOST, settings.allowed_hosts),
    )


def _training(settings: Settings) -> Training:
    command = Command.parse(settings.RETRAINER_COMMAND)
    environment = child_environment(settings.database)
    timeout = settings.RETRAINER_TIMEOUT_SECONDS
    retention = Retention(settings.RETRAINER_KEEP_MODELS)
    return Training(command, folder(settings), timeout, environment, retention)
