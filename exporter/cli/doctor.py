"""`lotofacil doctor`: what is wrong on the way from a record to a mail, and what to do."""

from contextlib import closing
from pathlib import Path

import click

from exporter.app import build_doctor
from exporter.cli.sessions import read_settings
from exporter.logs import redact
from exporter.messages import Language, Text
from exporter.operating.doctor import Finding, Health
from exporter.stack.local.programs import ROOT

_RULES = ROOT / "prometheus" / "rules"
_HEALTH = {
    Health.OK: Text("ok", "ok"),
    Health.WARNING: Text("aviso", "warning"),
    Health.PROBLEM: Text("ERRO", "ERROR"),
}
_SUBJECTS = {
    "database": Text("banco de dados", "database"),
    "disk": Text("disco", "disk"),
    "time_zone": Text("fuso horário", "time zone"),
    "spool": Text("fila em disco", "spool"),
    "exporter": Text("exportador", "exporter"),
    "dashboard": Text("painel", "dashboard"),
    "api": Text("API", "API"),
    "prometheus": Text("Prometheus", "Prometheus"),
    "scrape": Text("coleta", "scrape"),
    "rules": Text("regras", "rules"),
    "alertmanager": Text("Alertmanager", "Alertmanager"),
    "channels": Text("canais", "channels"),
    "smtp": Text("e-mail", "mail"),
    "retrainer": Text("retreinador", "retrainer"),
    "thresholds": Text("limites", "thresholds"),
}


@click.command
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=_RULES if _RULES.is_dir() else None,
    help="Folder of the files of rules; those of this installation where not given.",
)
def doctor(rules: Path | None) -> None:
    """Walk the way from a record to a mail: one line for each step, and what to do.

    Exits with 1 when something keeps the system from doing its work.
    """
    settings = read_settings()
    worst = Health.OK
    with closing(build_doctor(settings)) as examiner:
        for finding in examiner.examine(rules or Path("prometheus/rules")):
            click.echo(_line(finding, settings.LOTOFACIL_LANGUAGE))
            worst = Health.PROBLEM if finding.health is Health.PROBLEM else worst
    raise SystemExit(0 if worst is Health.OK else 1)


def _line(finding: Finding, language: Language) -> str:
    health = _HEALTH[finding.health].to(language)
    subject = _SUBJECTS[finding.subject].to(language)
    values = {name: _readable(value) for name, value in finding.values.items()}
    words = " ".join(finding.text.to(language, **values).split())
    return f"{health:<7} {subject:<15} {words}"


def _readable(value: object) -> object:
    """A value for people: an address may hold a password, and a reason may quote one."""
    return value if isinstance(value, int | float) else redact(str(value))
