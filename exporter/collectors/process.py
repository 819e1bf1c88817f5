"""What this process and its machine say themselves, at each scrape: no database in between."""

from collections.abc import Mapping
from time import time

from exporter.collectors.declarations import Collector, named
from exporter.logs import lost_lines
from exporter.serving.http_instruments import HTTP_BUCKETS, HttpSnapshot
from exporter.serving.terms import DROPPED, REFUSED

RESOURCES = Collector[Mapping[str, float]]("resources")
LOGS = Collector[Mapping[str, int]]("logs")
LIMITS = Collector[Mapping[str, int]]("limits")
HTTP = Collector[HttpSnapshot]("http")

_machine = RESOURCES.single()
HOST_CPU = _machine.gauge(
    "lotofacil_host_cpu_usage_ratio",
    "Share of the machine's processor time in use since it was last asked for (psutil).",
    lambda use: use["host_cpu_usage_ratio"],
)
HOST_MEMORY_TOTAL = _machine.gauge(
    "lotofacil_host_memory_total_bytes",
    "The machine's memory (psutil).",
    lambda use: use["host_memory_total_bytes"],
)
HOST_MEMORY_AVAILABLE = _machine.gauge(
    "lotofacil_host_memory_available_bytes",
    "Memory that programs can still get without swapping (psutil).",
    lambda use: use["host_memory_available_bytes"],
)
HOST_DISK_TOTAL = _machine.gauge(
    "lotofacil_host_disk_total_bytes",
    "Size of the file system that holds the spool (psutil).",
    lambda use: use["host_disk_total_bytes"],
)
HOST_DISK_FREE = _machine.gauge(
    "lotofacil_host_disk_free_bytes",
    "Free space on the file system that holds the spool (psutil).",
    lambda use: use["host_disk_free_bytes"],
)
PROCESS_UPTIME = _machine.gauge(
    "lotofacil_exporter_uptime_seconds",
    "Time since this process started.",
    lambda use: time() - use["process_start_timestamp_seconds"],
)
PROCESS_CPU = _machine.counter(
    "lotofacil_exporter_cpu_seconds",
    "Processor time this process has used (psutil).",
    lambda use: use["process_cpu_seconds"],
)
PROCESS_MEMORY = _machine.gauge(
    "lotofacil_exporter_resident_memory_bytes",
    "Memory this process holds (psutil).",
    lambda use: use["process_resident_memory_bytes"],
)
PROCESS_THREADS = _machine.gauge(
    "lotofacil_exporter_threads",
    "Threads of this process (psutil).",
    lambda use: use["process_threads"],
)
PROCESS_OPEN_FILES = _machine.gauge(
    "lotofacil_exporter_open_fds",
    "Open file descriptors of this process (psutil).",
    lambda use: use["process_open_files"],
)

LOG_MESSAGES = LOGS.by(("level",), named).counter(
    "lotofacil_log_messages",
    "Log lines written by this process, by level.",
    float,
)
LOG_LINES_LOST = LOGS.single().counter(
    "lotofacil_log_lines_lost",
    "Log lines that could not be written since this process started, on a full disk for instance.",
    lambda _: lost_lines(),
)

DATABASE_WORK_ENDED = LIMITS.by(("reason",), named).counter(
    "lotofacil_database_work_ended",
    "Work that this process cancelled in the database: past its deadline, for a client that has"
    " left, or when the process was stopping.",
    float,
)

HTTP_REQUESTS = HTTP.by(("route", "method", "code"), lambda http: http.requests.items()).counter(
    "lotofacil_http_requests",
    "HTTP requests this process has answered; unknown paths share one route.",
    float,
)
HTTP_DURATION = HTTP.by(("route",), lambda http: named(http.durations)).histogram(
    "lotofacil_http_request_duration_seconds",
    "Time to answer a HTTP request.",
    HTTP_BUCKETS,
    lambda durations: durations,
)
HTTP_CONNECTIONS = HTTP.single().gauge(
    "lotofacil_http_connections",
    "Open connections of this process's HTTP server.",
    lambda http: http.traffic.connections,
)
HTTP_DROPPED = HTTP.by(
    ("reason",), lambda http: named({reason: http.traffic.dropped[reason] for reason in DROPPED})
).counter(
    "lotofacil_http_connections_dropped",
    "Connections ended without an answer: headers that did not come in time, an answer that the"
    " client did not take, no room beside the others.",
    float,
)
HTTP_REFUSED = HTTP.by(
    ("code",), lambda http: named({str(code): http.traffic.refused[code] for code in REFUSED})
).counter(
    "lotofacil_http_requests_refused",
    "Requests that the server itself refused before or instead of reading their body: no token"
    " (401), too slow (408), too large (413, 431), too many waiting (503).",
    float,
)
