"""Every metric this product exposes: the one place where a metric's name is spelled.

Collectors, rules, dashboards, documents and tests look names up here. Units are
base units (seconds, bytes, ratios from 0 to 1, reais) and are part of the name,
as Prometheus' naming guide asks.
"""

from dataclasses import dataclass
from enum import StrEnum

from exporter.domain import statistics


class Kind(StrEnum):
    """The metric types of the Prometheus exposition formats."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family: `name` without the `_total` that counters get when exposed."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]
    collector: str
    buckets: tuple[float, ...] = ()

    @property
    def exposed_name(self) -> str:
        """The family's name as a PromQL user writes it (histograms add _bucket, _sum, _count)."""
        return f"{self.name}_total" if self.kind is Kind.COUNTER else self.name


GAME = ("game",)
MODEL = ("game", "model_version", "role")
WINDOW = (*MODEL, "window")
DIRECTION = (*MODEL, "direction")
RULE = ("rule", "metric_type", "condition", "severity", "event", "game", "model_version", "role")

#: Windows of accuracy, counted in draws; `all` is since the model version's start.
WINDOWS = (*map(str, statistics.WINDOWS), statistics.SINCE_START)
ROLES = ("model", "control")
DIRECTIONS = ("worse", "better")

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONFIDENCE_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1.0)
HTTP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


def _counter(name: str, text: str, labels: tuple[str, ...], collector: str) -> Metric:
    return Metric(name, Kind.COUNTER, text, labels, collector)


def _gauge(name: str, text: str, labels: tuple[str, ...], collector: str) -> Metric:
    return Metric(name, Kind.GAUGE, text, labels, collector)


def _histogram(
    name: str, text: str, labels: tuple[str, ...], collector: str, buckets: tuple[float, ...]
) -> Metric:
    return Metric(name, Kind.HISTOGRAM, text, labels, collector, buckets)


# --- the exporter itself -------------------------------------------------------------------

BUILD_INFO = _gauge(
    "lotofacil_exporter_build_info",
    "Constant 1, labelled with the exporter's and Python's version.",
    ("version", "python_version"),
    "exporter",
)
UP = _gauge(
    "lotofacil_up",
    "1 when the last snapshot of the database succeeded, else 0; older figures stay exposed.",
    (),
    "exporter",
)
SNAPSHOT_TIMESTAMP = _gauge(
    "lotofacil_snapshot_timestamp_seconds",
    "When the figures on this page were read from the database (they are cached between reads).",
    (),
    "exporter",
)
SNAPSHOT_DURATION = _gauge(
    "lotofacil_snapshot_duration_seconds",
    "How long the last successful snapshot of the roll-ups took.",
    (),
    "exporter",
)
SNAPSHOT_FAILURES = _counter(
    "lotofacil_snapshot_failures",
    "Snapshots that failed since this process started.",
    (),
    "exporter",
)
COLLECTOR_DURATION = _gauge(
    "lotofacil_collector_duration_seconds",
    "How long this collector took the last time its metrics were rendered.",
    ("collector",),
    "exporter",
)
COLLECTOR_SUCCESS = _gauge(
    "lotofacil_collector_success",
    "1 when this collector worked the last time, 0 when its series are left out.",
    ("collector",),
    "exporter",
)
COLLECTOR_FAILURES = _counter(
    "lotofacil_collector_failures",
    "Times this collector failed since this process started.",
    ("collector",),
    "exporter",
)

# --- predictions: from lifetime totals in SQL, which clean-up never lowers ------------------

PREDICTIONS = _counter(
    "lotofacil_predictions",
    "Predictions recorded over the database's lifetime; clean-up does not lower it.",
    MODEL,
    "predictions",
)
PREDICTION_FAILURES = _counter(
    "lotofacil_prediction_failures",
    "Predictor calls reported as failed (no ticket came out) over the database's lifetime.",
    MODEL,
    "predictions",
)
PREDICTION_LATENCY = _histogram(
    "lotofacil_prediction_latency_seconds",
    "Time the predictor took, as reported with the prediction, over the database's lifetime.",
    MODEL,
    "predictions",
    LATENCY_BUCKETS,
)
PREDICTION_CONFIDENCE = _histogram(
    "lotofacil_prediction_confidence_ratio",
    "Confidence claimed with the prediction, over the database's lifetime.",
    MODEL,
    "predictions",
    CONFIDENCE_BUCKETS,
)
PREDICTION_LAST = _gauge(
    "lotofacil_prediction_last_timestamp_seconds",
    "Time of the newest prediction.",
    MODEL,
    "predictions",
)
PREDICTIONS_STORED = _gauge(
    "lotofacil_predictions_stored",
    "Raw predictions stored now; falls when old rows are cleaned up.",
    MODEL,
    "predictions",
)
PREDICTIONS_PENDING = _gauge(
    "lotofacil_predictions_pending",
    "Predictions that wait for the result of their draw, which is one of the next or was due.",
    MODEL,
    "predictions",
)
PREDICTIONS_INELIGIBLE = _gauge(
    "lotofacil_predictions_ineligible",
    "Predictions made after their draw's cut-off, known once the result is: they never count.",
    MODEL,
    "predictions",
)
QUARANTINED = _counter(
    "lotofacil_quarantined",
    "Records that broke their game's rules and were quarantined, over the database's lifetime.",
    ("game", "kind"),
    "predictions",
)
QUARANTINE_RECORDS = _gauge(
    "lotofacil_quarantine_records",
    "Records in quarantine now; falls when the right record is sent.",
    ("game", "kind"),
    "predictions",
)

# --- accuracy: windows counted in draws, which PromQL cannot count --------------------------

CHANCE_ACCURACY = _gauge(
    "lotofacil_chance_accuracy_ratio",
    "Accuracy of a random pick: numbers drawn divided by the pool.",
    GAME,
    "accuracy",
)
WINDOW_DRAWS = _gauge(
    "lotofacil_window_draws",
    "Draws with scored predictions in the window (it may hold fewer than it asks for).",
    WINDOW,
    "accuracy",
)
WINDOW_PREDICTIONS = _gauge(
    "lotofacil_window_predictions",
    "Scored predictions in the window.",
    WINDOW,
    "accuracy",
)
WINDOW_HITS = _gauge(
    "lotofacil_window_hits",
    "Hits of the scored predictions in the window: accuracy's numerator.",
    WINDOW,
    "accuracy",
)
WINDOW_NUMBERS = _gauge(
    "lotofacil_window_numbers_played",
    "Numbers played by the scored predictions in the window: accuracy's denominator.",
    WINDOW,
    "accuracy",
)
WINDOW_EXPECTED_HITS = _gauge(
    "lotofacil_window_expected_hits",
    "Hits that random tickets of the same sizes would have on average in the window.",
    WINDOW,
    "accuracy",
)
WINDOW_HITS_VARIANCE = _gauge(
    "lotofacil_window_hits_variance",
    "Variance of the window's hits at chance, with the covariance of tickets on the same draw.",
    WINDOW,
    "accuracy",
)
ACCURACY_ZSCORE = _gauge(
    "lotofacil_accuracy_zscore",
    "Hits minus expected hits, in standard deviations at chance.",
    WINDOW,
    "accuracy",
)
ACCURACY_PVALUE = _gauge(
    "lotofacil_accuracy_pvalue_ratio",
    "Two-sided p-value of the z-score: chance of a model at chance being this far off.",
    WINDOW,
    "accuracy",
)
ACCURACY_LOWER = _gauge(
    "lotofacil_accuracy_lower_ratio",
    "Lower end of the 95 % confidence interval of accuracy, clustered by draw.",
    WINDOW,
    "accuracy",
)
ACCURACY_UPPER = _gauge(
    "lotofacil_accuracy_upper_ratio",
    "Upper end of the 95 % confidence interval of accuracy, clustered by draw.",
    WINDOW,
    "accuracy",
)
ACCURACY_TREND = _gauge(
    "lotofacil_accuracy_trend_ratio",
    "Slope of accuracy over the last 300 draws, as change of accuracy per 100 draws.",
    MODEL,
    "accuracy",
)
ACCURACY_TREND_PVALUE = _gauge(
    "lotofacil_accuracy_trend_pvalue_ratio",
    "P-value of that slope: chance of one as steep, either way, where accuracy does not change.",
    MODEL,
    "accuracy",
)
SCORED_PREDICTIONS = _gauge(
    "lotofacil_scored_predictions",
    "Scored predictions since the version's start by number of hits; a correction can lower it.",
    (*MODEL, "hits"),
    "accuracy",
)
EXPECTED_PREDICTIONS = _gauge(
    "lotofacil_scored_predictions_expected",
    "How many scored predictions random tickets would have at this number of hits.",
    (*MODEL, "hits"),
    "accuracy",
)

# --- evidence ----------------------------------------------------------------------------

EVIDENCE = _gauge(
    "lotofacil_evidence_value",
    "E-value against chance since the version's start, as it is now; it may fall.",
    DIRECTION,
    "evidence",
)
EVIDENCE_PEAK = _gauge(
    "lotofacil_evidence_peak_value",
    "Largest e-value against chance so far: 20 is reached by at most 5 % of models at chance, "
    "100 by 1 %, ever. A correction can lower it.",
    DIRECTION,
    "evidence",
)
CHANGE_EVIDENCE = _gauge(
    "lotofacil_change_evidence_value",
    "Shiryaev-Roberts statistic; N or more: at most one false alarm in N draws on average.",
    DIRECTION,
    "evidence",
)

REFERENCE_ACCURACY = _gauge(
    "lotofacil_reference_accuracy_ratio",
    "Accuracy that a user named for this version, such as the one claimed at release.",
    MODEL,
    "evidence",
)
REFERENCE_EVIDENCE = _gauge(
    "lotofacil_reference_evidence_value",
    "E-value against the named accuracy since the version's start, as it is now; it may fall.",
    DIRECTION,
    "evidence",
)
REFERENCE_EVIDENCE_PEAK = _gauge(
    "lotofacil_reference_evidence_peak_value",
    "Largest e-value against the named accuracy so far: at most 5 % of models that keep it ever "
    "reach 20.",
    DIRECTION,
    "evidence",
)

# --- calibration and money -----------------------------------------------------------------

BRIER_SCORE = _gauge(
    "lotofacil_brier_score",
    "Mean squared difference between confidence and hit, per number played; lower is better.",
    MODEL,
    "calibration",
)
BRIER_SKILL = _gauge(
    "lotofacil_brier_skill_ratio",
    "1 minus the Brier score over that of always claiming chance; above 0 is better than that.",
    MODEL,
    "calibration",
)
CONFIDENCE_BIAS = _gauge(
    "lotofacil_confidence_bias_ratio",
    "Mean confidence minus accuracy of the scored predictions; above 0 is over-confident.",
    MODEL,
    "calibration",
)
COST = _gauge(
    "lotofacil_cost_reais",
    "Price of the scored tickets since the version's start.",
    MODEL,
    "money",
)
PRIZES = _gauge(
    "lotofacil_prizes_reais",
    "Prizes of the scored tickets: fixed ones, and variable ones where the result told them.",
    MODEL,
    "money",
)
NET_EXPECTED = _gauge(
    "lotofacil_net_expected_reais",
    "Net (prizes minus cost) that random tickets of the same sizes would have on average.",
    MODEL,
    "money",
)
TICKETS_WITH_PRIZE = _gauge(
    "lotofacil_tickets_with_prize",
    "Scored tickets since the version's start by prize tier (best tier of the ticket).",
    (*MODEL, "tier"),
    "money",
)

EXPECTED_TICKETS_WITH_PRIZE = _gauge(
    "lotofacil_tickets_with_prize_expected",
    "How many scored tickets random ones of the same sizes would have in this prize tier.",
    (*MODEL, "tier"),
    "money",
)

# --- draws -------------------------------------------------------------------------------

DRAW_RESULTS = _counter(
    "lotofacil_draw_results",
    "Draw results recorded over the database's lifetime.",
    GAME,
    "draws",
)
DRAW_CORRECTIONS = _counter(
    "lotofacil_draw_corrections",
    "Draw results that were corrected after they had been recorded.",
    GAME,
    "draws",
)
DRAW_LAST_NUMBER = _gauge(
    "lotofacil_draw_last_number",
    "Number of the newest draw with a result.",
    GAME,
    "draws",
)
DRAW_LAST = _gauge(
    "lotofacil_draw_last_timestamp_seconds",
    "Time of the newest draw with a result.",
    GAME,
    "draws",
)
DRAW_NEXT = _gauge(
    "lotofacil_draw_next_timestamp_seconds",
    "First scheduled draw after the newest result; long past: overdue. None of invented games.",
    GAME,
    "draws",
)
DRAWS_MISSING = _gauge(
    "lotofacil_draws_missing",
    "Draw numbers between the first and the newest result that have no result.",
    GAME,
    "draws",
)
DRAW_CHI_SQUARE_PVALUE = _gauge(
    "lotofacil_draw_frequency_pvalue_ratio",
    "P-value of the drawn numbers' frequencies (corrected chi-square): a check of the feed.",
    GAME,
    "draws",
)

# --- spool and database --------------------------------------------------------------------

SPOOL_RECORDS = _gauge(
    "lotofacil_spool_records",
    "Records on disk that wait for the database.",
    (),
    "spool",
)
SPOOL_OLDEST = _gauge(
    "lotofacil_spool_oldest_timestamp_seconds",
    "When the oldest waiting record was accepted; 0 when none waits.",
    (),
    "spool",
)
SPOOL_SIZE = _gauge(
    "lotofacil_spool_size_bytes",
    "What the spool takes of the disk, its log included.",
    (),
    "spool",
)
SPOOL_CAPACITY = _gauge(
    "lotofacil_spool_capacity_bytes",
    "The most that it may take; new records are refused a little before.",
    (),
    "spool",
)
SPOOL_DROPPED = _counter(
    "lotofacil_spool_dropped",
    "Accepted records that left the spool undelivered, ever; survives restarts. 0, or a defect.",
    (),
    "spool",
)
SPOOL_STUCK = _gauge(
    "lotofacil_spool_stuck_records",
    "Waiting records that the database refuses although it answers: rights, schema, size.",
    (),
    "spool",
)
SPOOL_REFUSED = _counter(
    "lotofacil_spool_refused",
    "Records refused with an error to the caller: spool or disk was full or not to be written.",
    (),
    "spool",
)
SPOOL_FLUSH_FAILURES = _counter(
    "lotofacil_spool_flush_failures",
    "Attempts to move records into the database that failed and will be repeated.",
    (),
    "spool",
)
DATABASE_UP = _gauge(
    "lotofacil_database_up",
    "1 when the last snapshot could reach the database.",
    (),
    "database",
)
DATABASE_INTACT = _gauge(
    "lotofacil_database_intact",
    "0 when the SQLite file or its log was removed, replaced or damaged: it is not written to.",
    (),
    "database_file",
)
DATABASE_SIZE = _gauge(
    "lotofacil_database_size_bytes",
    "Size of the database as its engine reports it.",
    (),
    "database",
)
BACKUP_LAST_SUCCESS = _gauge(
    "lotofacil_backup_last_success_timestamp_seconds",
    "When the last verified backup ended; 0 when there is none.",
    (),
    "database",
)

# --- user-made alert rules: both sides of the comparison are metrics ------------------------

ALERT_RULE_VALUE = _gauge(
    "lotofacil_alert_rule_value",
    "Current value of what the user-made alert rule watches; absent while it is unknown.",
    RULE,
    "alert_rules",
)
ALERT_RULE_THRESHOLD = _gauge(
    "lotofacil_alert_rule_threshold",
    "Threshold of the user-made alert rule.",
    RULE,
    "alert_rules",
)

ALERT_CHECK_FAILURES = _counter(
    "lotofacil_alert_check_failures",
    "Looks after channels and alert history that broke since this process started.",
    (),
    "alert_checks",
)

# --- models and retraining -------------------------------------------------------------------

MODEL_ACTIVE = _gauge(
    "lotofacil_model_active",
    "1 for the model version in use, 0 for earlier ones.",
    MODEL,
    "models",
)
MODEL_START = _gauge(
    "lotofacil_model_start_timestamp_seconds",
    "When this model version was first seen or promoted.",
    MODEL,
    "models",
)
RETRAINING_RUNS = _counter(
    "lotofacil_retraining_runs",
    "Training runs by how they ended, over the database's lifetime.",
    ("game", "outcome"),
    "retraining",
)
RETRAINING_REQUESTS = _counter(
    "lotofacil_retraining_requests",
    "Requests to retrain by what was decided, over the database's lifetime.",
    ("game", "decision"),
    "retraining",
)
RETRAINING_RUNNING = _gauge(
    "lotofacil_retraining_running",
    "Training runs under way.",
    GAME,
    "retraining",
)
RETRAINING_LAST_SUCCESS = _gauge(
    "lotofacil_retraining_last_success_timestamp_seconds",
    "When the last successful training run ended; 0 when there is none.",
    GAME,
    "retraining",
)
RETRAINING_LAST_DURATION = _gauge(
    "lotofacil_retraining_last_duration_seconds",
    "How long the last ended training run took; 0 when there is none.",
    GAME,
    "retraining",
)
RETRAINING_INTERVAL = _gauge(
    "lotofacil_retraining_schedule_interval_seconds",
    "Time between scheduled training runs; 0 when none is scheduled.",
    GAME,
    "retraining",
)

# --- the machine and this server ---------------------------------------------------------------

HOST_CPU = _gauge(
    "lotofacil_host_cpu_usage_ratio",
    "Share of the machine's processor time in use since it was last asked for (psutil).",
    (),
    "resources",
)
HOST_MEMORY_TOTAL = _gauge(
    "lotofacil_host_memory_total_bytes", "The machine's memory (psutil).", (), "resources"
)
HOST_MEMORY_AVAILABLE = _gauge(
    "lotofacil_host_memory_available_bytes",
    "Memory that programs can still get without swapping (psutil).",
    (),
    "resources",
)
HOST_DISK_TOTAL = _gauge(
    "lotofacil_host_disk_total_bytes",
    "Size of the file system that holds the spool (psutil).",
    (),
    "resources",
)
HOST_DISK_FREE = _gauge(
    "lotofacil_host_disk_free_bytes",
    "Free space on the file system that holds the spool (psutil).",
    (),
    "resources",
)
PROCESS_UPTIME = _gauge(
    "lotofacil_exporter_uptime_seconds", "Time since this process started.", (), "resources"
)
PROCESS_CPU = _counter(
    "lotofacil_exporter_cpu_seconds",
    "Processor time this process has used (psutil).",
    (),
    "resources",
)
PROCESS_MEMORY = _gauge(
    "lotofacil_exporter_resident_memory_bytes",
    "Memory this process holds (psutil).",
    (),
    "resources",
)
PROCESS_THREADS = _gauge(
    "lotofacil_exporter_threads", "Threads of this process (psutil).", (), "resources"
)
PROCESS_OPEN_FILES = _gauge(
    "lotofacil_exporter_open_fds",
    "Open file descriptors of this process (psutil).",
    (),
    "resources",
)
LOG_MESSAGES = _counter(
    "lotofacil_log_messages",
    "Log lines written by this process, by level.",
    ("level",),
    "logs",
)
LOG_LINES_LOST = _counter(
    "lotofacil_log_lines_lost",
    "Log lines that could not be written since this process started, on a full disk for instance.",
    (),
    "logs",
)
DATABASE_WORK_ENDED = _counter(
    "lotofacil_database_work_ended",
    "Work that this process cancelled in the database: past its deadline, for a client that has"
    " left, or when the process was stopping.",
    ("reason",),
    "limits",
)
HTTP_REQUESTS = _counter(
    "lotofacil_http_requests",
    "HTTP requests this process has answered; unknown paths share one route.",
    ("route", "method", "code"),
    "http",
)
HTTP_DURATION = _histogram(
    "lotofacil_http_request_duration_seconds",
    "Time to answer a HTTP request.",
    ("route",),
    "http",
    HTTP_BUCKETS,
)
HTTP_CONNECTIONS = _gauge(
    "lotofacil_http_connections",
    "Open connections of this process's HTTP server.",
    (),
    "http",
)
HTTP_DROPPED = _counter(
    "lotofacil_http_connections_dropped",
    "Connections ended without an answer: headers that did not come in time, an answer that the"
    " client did not take, no room beside the others.",
    ("reason",),
    "http",
)
HTTP_REFUSED = _counter(
    "lotofacil_http_requests_refused",
    "Requests that the server itself refused before or instead of reading their body: no token"
    " (401), too slow (408), too large (413, 431), too many waiting (503).",
    ("code",),
    "http",
)

# --- the retrainer's own process: on its own /metrics page -------------------------------------

RETRAINER_BUILD_INFO = _gauge(
    "lotofacil_retrainer_build_info",
    "Constant 1, labelled with the retrainer's and Python's version.",
    ("version", "python_version"),
    "retrainer",
)
RETRAINER_START = _gauge(
    "lotofacil_retrainer_start_timestamp_seconds",
    "When this process started.",
    (),
    "retrainer",
)
RETRAINER_CPU = _counter(
    "lotofacil_retrainer_cpu_seconds",
    "Processor time this process has used, without its training commands (psutil).",
    (),
    "retrainer",
)
RETRAINER_MEMORY = _gauge(
    "lotofacil_retrainer_resident_memory_bytes",
    "Memory this process holds, without its training commands (psutil).",
    (),
    "retrainer",
)
RETRAINER_LOG_LINES_LOST = _counter(
    "lotofacil_retrainer_log_lines_lost",
    "Log lines that could not be written since this process started, on a full disk for instance.",
    (),
    "retrainer",
)
RETRAINER_ALERTS = _counter(
    "lotofacil_retrainer_alerts_received",
    "Alerts that this process took from webhooks, repeated ones too.",
    (),
    "retrainer",
)
RETRAINER_ALERT_REPEATS = _counter(
    "lotofacil_retrainer_alert_repeats",
    "Alerts that this process was told of more than once and kept once.",
    (),
    "retrainer",
)
RETRAINER_HTTP_REQUESTS = _counter(
    "lotofacil_retrainer_http_requests",
    "HTTP requests this process has answered; unknown paths share one route, and so does what was"
    " refused before its body was read.",
    ("route", "method", "code"),
    "retrainer",
)
RETRAINER_HTTP_DROPPED = _counter(
    "lotofacil_retrainer_http_connections_dropped",
    "Connections ended without an answer: headers that did not come in time, an answer that the"
    " client did not take, no room beside the others.",
    ("reason",),
    "retrainer",
)
RETRAINER_PASSES = _counter(
    "lotofacil_retrainer_passes",
    "Times the worker of this process looked for requests, schedules and broken thresholds.",
    (),
    "retrainer",
)
RETRAINER_PASS_FAILURES = _counter(
    "lotofacil_retrainer_pass_failures",
    "Looks of the worker that failed (the database was away, say) and are repeated.",
    (),
    "retrainer",
)
RETRAINER_FAULTS = _counter(
    "lotofacil_retrainer_faults",
    "Errors that nobody foresaw; the log has their traceback, and the work goes on.",
    (),
    "retrainer",
)
RETRAINER_LAST_PASS = _gauge(
    "lotofacil_retrainer_last_pass_timestamp_seconds",
    "When the worker last looked for something to do; long past: it hangs.",
    (),
    "retrainer",
)
RETRAINER_RUN = _gauge(
    "lotofacil_retrainer_training",
    "Training commands that this process runs now.",
    (),
    "retrainer",
)

CATALOG: dict[str, Metric] = {
    metric.name: metric for metric in list(globals().values()) if isinstance(metric, Metric)
}
COLLECTORS: tuple[str, ...] = tuple(dict.fromkeys(m.collector for m in CATALOG.values()))
