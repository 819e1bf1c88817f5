"""The dashboards: an overview, accuracy for who doubts it, and operations."""

from exporter.messages import Text
from exporter.stack.dashboards import alerting, chance, money, pipeline, resources, service
from exporter.stack.dashboards.frame import ANSWERS, CHANCE, SERVICE, VERSIONS, Board, Row

OVERVIEW = Board(
    "overview",
    Text("Lotofácil · Visão geral", "Lotofácil · Overview"),
    Text(
        "Está no ar? Acerta mais do que o acaso? Piorou? Quem foi avisado? Deve ser retreinado?",
        "Is it up? Is it better than chance? Did it get worse? Who was told? Retrain it?",
    ),
    "now-24h",
    (
        Row(
            "answers",
            ANSWERS,
            service.state,
            chance.better,
            chance.worse,
            alerting.alerts_now,
            alerting.retraining_advice,
            pipeline.results,
        ),
        Row("chance", CHANCE, chance.accuracy_band, chance.evidence),
        Row("versions", VERSIONS, chance.versions),
        Row("service", SERVICE, service.throughput, service.errors, service.latency),
        Row(
            "told",
            Text("Quem é avisado, e por quê?", "Who is told, and why?"),
            alerting.alerts,
            alerting.rules,
        ),
    ),
)


ACCURACY = Board(
    "accuracy",
    Text("Lotofácil · Acurácia", "Lotofácil · Accuracy"),
    Text(
        "As evidências a favor e contra o modelo, sempre ao lado do que o acaso daria.",
        "The evidence for and against the model, always beside what chance would give.",
    ),
    "now-7d",
    (
        Row(
            "answers",
            ANSWERS,
            chance.better,
            chance.worse,
            chance.accuracy_now,
            chance.above_chance,
            chance.zscore,
            chance.pvalue,
        ),
        Row("chance", CHANCE, chance.accuracy_versions, chance.windows),
        Row(
            "evidence",
            Text("Evidência acumulada e mudança", "Evidence and change"),
            chance.evidence,
            chance.change,
            chance.reference,
        ),
        Row("versions", VERSIONS, chance.versions),
        Row(
            "hits",
            Text("Acertos e faixas de prêmio", "Hits and prize tiers"),
            chance.hits,
            money.tiers,
        ),
        Row(
            "calibration",
            Text("A confiança declarada é honesta?", "Is the claimed confidence honest?"),
            chance.sample,
            chance.trend,
            money.confidence_bias,
            money.brier_skill,
            service.recorded,
            service.last_prediction,
            service.confidence,
            money.calibration,
            money.brier,
        ),
        Row("money", Text("Dinheiro", "Money"), money.net_over_time, money.balance),
        Row(
            "each", Text("Cada versão em separado", "Each version on its own"), chance.accuracy_each
        ),
    ),
)


OPERATIONS = Board(
    "operations",
    Text("Lotofácil · Operação", "Lotofácil · Operations"),
    Text(
        "O caminho de cada registro, da predição ao alerta, e a máquina por baixo dele.",
        "The way of every record, from prediction to alert, and the machine underneath.",
    ),
    "now-6h",
    (
        Row(
            "answers",
            ANSWERS,
            service.state,
            pipeline.database,
            pipeline.snapshot_age,
            pipeline.spool_age,
            pipeline.results,
            alerting.alerts_now,
        ),
        Row("service", SERVICE, service.throughput, service.errors, service.latency),
        Row(
            "lifetime",
            Text("Desde o início do banco de dados", "Since the database began"),
            service.recorded,
            service.errors_total,
            service.latency_total,
            service.last_prediction,
            pipeline.quarantine,
            pipeline.backup_age,
        ),
        Row(
            "draws",
            Text("Sorteios e resultados", "Draws and results"),
            pipeline.last_draw,
            pipeline.draw_age,
            pipeline.missing_draws,
            pipeline.corrections,
            pipeline.feed_check,
            resources.uptime,
            pipeline.waiting,
        ),
        Row(
            "storage",
            Text("Fila em disco e banco de dados", "Spool and database"),
            pipeline.spool,
            pipeline.spool_fill,
            pipeline.spool_trouble,
            pipeline.snapshot,
            pipeline.database_size,
            pipeline.stored,
        ),
        Row(
            "collectors",
            Text("Coletores", "Collectors"),
            pipeline.collectors,
            pipeline.collector_history,
        ),
        Row(
            "retraining",
            Text("Retreinamento", "Retraining"),
            alerting.retraining_advice,
            alerting.retrainer_pass,
            alerting.retraining_age,
            alerting.retraining_duration,
            alerting.retraining_schedule,
            alerting.retraining_runs,
            alerting.retraining_requests,
        ),
        Row(
            "alerts",
            Text("Alertas e notificações", "Alerts and notifications"),
            alerting.alerts,
            alerting.alert_history,
            alerting.rules,
            alerting.notifications,
            alerting.receivers,
        ),
        Row(
            "http",
            Text("Servidor HTTP do exportador", "The exporter's HTTP server"),
            service.http_requests,
            service.http_errors,
            service.http_latency,
        ),
        Row(
            "resources",
            Text("Máquina e processo", "Machine and process"),
            resources.usage,
            resources.process_cpu,
            resources.process_memory,
            resources.process_handles,
            resources.log_lines,
        ),
    ),
)
