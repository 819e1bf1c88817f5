"""Panels about the machine and the exporter's own process."""

from grafana_foundation_sdk.builders import stat, timeseries

from exporter import catalog
from exporter.catalog import Metric
from exporter.stack.dashboards import theme
from exporter.stack.dashboards.curves import draw_limits
from exporter.stack.dashboards.expressions import figure, rate, total
from exporter.stack.dashboards.panels import Panels, Query, Source

_TIGHT = {0.8: theme.WARNING, 0.95: theme.BAD}


def usage(panels: Panels) -> timeseries.Panel:
    """Processor, memory and disk of the machine, as shares."""
    memory = _used(catalog.HOST_MEMORY_AVAILABLE, catalog.HOST_MEMORY_TOTAL)
    queries = [
        Query(figure(catalog.HOST_CPU), "cpu"),
        Query(memory, "memory"),
        Query(_used(catalog.HOST_DISK_FREE, catalog.HOST_DISK_TOTAL), "disk"),
    ]
    panel = panels.lines("usage", queries, "percentunit").span(8).min(0).max(1)
    return draw_limits(panel, _TIGHT)


def process_cpu(panels: Panels) -> timeseries.Panel:
    """Processors that the exporter keeps busy."""
    query = Query(total(rate(catalog.PROCESS_CPU)), "exporter")
    return panels.lines("process_cpu", [query], "percentunit").span(8).min(0)


def process_memory(panels: Panels) -> timeseries.Panel:
    """Memory that the exporter holds."""
    query = Query(figure(catalog.PROCESS_MEMORY), "exporter")
    return panels.lines("process_memory", [query], "bytes").span(8).min(0)


def process_handles(panels: Panels) -> timeseries.Panel:
    """Threads and open files of the exporter: what grows here, leaks."""
    queries = [
        Query(figure(catalog.PROCESS_THREADS), "threads"),
        Query(figure(catalog.PROCESS_OPEN_FILES), "files"),
    ]
    return panels.lines("process_handles", queries, "none").span(12).decimals(0).min(0)


def log_lines(panels: Panels) -> timeseries.Panel:
    """Log lines a second, by level."""
    query = Query(total(rate(catalog.LOG_MESSAGES), "level"), "level")
    return panels.lines("log_lines", [query], "cps").span(12).min(0)


def uptime(panels: Panels) -> stat.Panel:
    """Time since the exporter started."""
    query = Query(figure(catalog.PROCESS_UPTIME), "exporter")
    return panels.tile("uptime", query, "s", Source.PROMETHEUS).decimals(1)


def _used(left: Metric, whole: Metric) -> str:
    return f"1 - {figure(left)} / {figure(whole)}"
