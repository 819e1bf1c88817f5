"""Panels about the machine and the exporter's own process."""

from grafana_foundation_sdk.builders import stat, timeseries

from exporter.collectors import process
from exporter.collectors.declarations import Metric
from exporter.messages import Text
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.curves import draw_limits
from exporter.stack.dashboards.expressions import figure, rate, total
from exporter.stack.dashboards.panels import EXPORTER, Draft, Query, Source, panel

_TIGHT = {0.8: theme.WARNING, 0.95: theme.BAD}


@panel(
    Text("Uso da máquina", "Use of the machine"),
    "Processador, memória e disco em uso (psutil).",
    "Processor, memory and disk in use (psutil).",
)
def usage(draft: Draft) -> timeseries.Panel:
    memory = _used(process.HOST_MEMORY_AVAILABLE, process.HOST_MEMORY_TOTAL)
    queries = [
        Query(figure(process.HOST_CPU), Text("processador", "processor")),
        Query(memory, Text("memória", "memory")),
        Query(_used(process.HOST_DISK_FREE, process.HOST_DISK_TOTAL), Text("disco", "disk")),
    ]
    panel = draft.lines(queries, "percentunit").span(8).min(0).max(1)
    return draw_limits(panel, _TIGHT)


@panel(
    Text("Processador do exportador", "Processor of the exporter"),
    "Tempo de processador que o exportador usa; 100 % é um núcleo inteiro.",
    "Processor time that the exporter uses; 100 % is one whole core.",
)
def process_cpu(draft: Draft) -> timeseries.Panel:
    query = Query(total(rate(process.PROCESS_CPU)), EXPORTER)
    return draft.lines([query], "percentunit").span(8).min(0)


@panel(
    Text("Memória do exportador", "Memory of the exporter"),
    "Memória residente do processo do exportador.",
    "Resident memory of the exporter's process.",
)
def process_memory(draft: Draft) -> timeseries.Panel:
    query = Query(figure(process.PROCESS_MEMORY), EXPORTER)
    return draft.lines([query], "bytes").span(8).min(0)


@panel(
    Text("Threads e arquivos abertos", "Threads and open files"),
    "Do processo do exportador: o que só cresce, vaza.",
    "Of the exporter's process: what only grows, leaks.",
)
def process_handles(draft: Draft) -> timeseries.Panel:
    queries = [
        Query(figure(process.PROCESS_THREADS), "threads"),
        Query(figure(process.PROCESS_OPEN_FILES), Text("arquivos abertos", "open files")),
    ]
    return draft.lines(queries, "none").span(12).decimals(0).min(0)


@panel(
    Text("Linhas de log por nível", "Log lines by level"),
    "Linhas de log por segundo que o exportador escreve.",
    "Log lines a second that the exporter writes.",
)
def log_lines(draft: Draft) -> timeseries.Panel:
    query = Query(total(rate(process.LOG_MESSAGES), "level"), "{{level}}")
    return draft.lines([query], "cps").span(12).min(0)


@panel(
    Text("Exportador no ar há", "Exporter up for"),
    "Tempo desde o início do processo do exportador.",
    "Time since the exporter's process started.",
)
def uptime(draft: Draft) -> stat.Panel:
    query = Query(figure(process.PROCESS_UPTIME), EXPORTER)
    return draft.tile(query, "s", Source.PROMETHEUS).decimals(1)


def _used(left: Metric, whole: Metric) -> str:
    return f"1 - {figure(left)} / {figure(whole)}"
