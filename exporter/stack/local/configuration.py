"""Configuration of the servers that run here, written before they start."""

from pathlib import Path
from typing import Any

import yaml

from exporter.config import Settings
from exporter.stack.alertmanager import configuration_files
from exporter.stack.local.addresses import Addresses

_SCRAPE_INTERVAL = "5s"


def write_prometheus(source: Path, target: Path, at: Addresses, settings: Settings) -> None:
    """The committed configuration with the addresses and intervals of this machine."""
    config: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    targets = _targets(at)
    for job in config["scrape_configs"]:
        job["static_configs"] = targets[job["job_name"]]
    config["alerting"]["alertmanagers"] = [{"static_configs": targets["alertmanager"]}]
    config["rule_files"] = [str(source.parent / pattern) for pattern in config["rule_files"]]
    config["global"] = {
        "scrape_interval": _SCRAPE_INTERVAL,
        "evaluation_interval": f"{settings.ALERT_CHECK_INTERVAL}s",
    }
    _write(target, yaml.safe_dump(config, sort_keys=False))


def write_alertmanager(target: Path, settings: Settings) -> None:
    """What a fresh installation has; the exporter adds the channels when it starts."""
    for name, content in configuration_files(settings).items():
        place = target if name == target.name else target.parent / name
        _write(place, content)


def _targets(at: Addresses) -> dict[str, list[dict[str, list[str]]]]:
    settings = {
        "exporter": "EXPORTER_PORT",
        "retrainer": "RETRAINER_PORT",
        "prometheus": "PROMETHEUS_URL",
        "alertmanager": "ALERTMANAGER_URL",
    }
    ports = {job: at.ports[setting] for job, setting in settings.items() if setting in at.ports}
    return {
        job: [{"targets": [f"localhost:{ports[job]}"]}] if job in ports else [] for job in settings
    }


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, "utf-8")
