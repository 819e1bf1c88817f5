"""Configuration of the servers that run here, written before they start."""

from pathlib import Path

from exporter.alerting.alertmanager_file import CONFIGURATION
from exporter.alerting.forwarding import AlertmanagerForwarding
from exporter.config import Settings
from exporter.outbound.alertmanager import PRIVATE
from exporter.stack import prometheus
from exporter.stack.local.addresses import Addresses

_SCRAPE_INTERVAL = "2s"
#: How long conditions of alerts must hold with the demonstration.
DEMO_HOLD = "20s"


def write_prometheus(
    root: Path, folder: Path, at: Addresses, settings: Settings, hold: str
) -> None:
    """Configuration and rules in `folder`, from those committed under `root`.

    Conditions of alerts must last for `hold`, a Prometheus duration ("": as committed).
    """
    rules = folder / "rules"
    prometheus.write_rules(root / prometheus.RULES, rules, hold)
    config = prometheus.render(
        (root / prometheus.CONFIGURATION).read_text("utf-8"),
        at.places(),
        str(rules.absolute() / "*.yml"),
        scrape_interval=_SCRAPE_INTERVAL,
        evaluation_interval=f"{settings.ALERT_CHECK_INTERVAL}s",
    )
    _write(folder / prometheus.CONFIGURATION.name, config)


def write_alertmanager(target: Path, settings: Settings) -> None:
    """What a fresh installation has; the exporter adds the channels that users made."""
    for name, content in AlertmanagerForwarding(settings).files(()).items():
        file = target if name == CONFIGURATION else target.parent / name
        _write(file, content)
        file.chmod(PRIVATE)


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, "utf-8")
