"""What `lotofacil doctor` says: what is wrong, and what to do, in one line each."""

MESSAGES: dict[str, tuple[str, str]] = {
    "ok": ("ok", "ok"),
    "warning": ("aviso", "warning"),
    "problem": ("ERRO", "ERROR"),
    "subject_database": ("banco de dados", "database"),
    "subject_spool": ("fila em disco", "spool"),
    "subject_exporter": ("exportador", "exporter"),
    "subject_dashboard": ("painel", "dashboard"),
    "subject_api": ("API", "API"),
    "subject_prometheus": ("Prometheus", "Prometheus"),
    "subject_scrape": ("coleta", "scrape"),
    "subject_rules": ("regras", "rules"),
    "subject_alertmanager": ("Alertmanager", "Alertmanager"),
    "subject_channels": ("canais", "channels"),
    "subject_smtp": ("e-mail", "mail"),
    "subject_retrainer": ("retreinador", "retrainer"),
    "subject_thresholds": ("limites", "thresholds"),
    "database_ok": ("{engine} responde, esquema atual", "{engine} answers, schema up to date"),
    "database_away": (
        "não responde ({reason}) → confira DATABASE_URL e se o servidor está de pé",
        "does not answer ({reason}) → see DATABASE_URL and whether the server is up",
    ),
    "database_damaged": (
        (
            "{path} está danificado ({reason}) → pare tudo que o usa e restaure a cópia mais"
            " recente: docs/runbooks/LotofacilDatabaseFileLost.md"
        ),
        (
            "{path} is damaged ({reason}) → stop all that uses it and restore the newest backup:"
            " docs/runbooks/LotofacilDatabaseFileLost.md"
        ),
    ),
    "database_missing": (
        (
            "{path} ainda não existe → inicie o exportador (`lotofacil serve`) ou corrija"
            " DATABASE_URL"
        ),
        "{path} is not there yet → start the exporter (`lotofacil serve`) or mend DATABASE_URL",
    ),
    "database_old": (
        "o esquema não é desta versão → inicie o exportador, que o atualiza",
        "the schema is not of this version → start the exporter, which updates it",
    ),
    "database_newer": (
        (
            "o esquema não é conhecido por esta versão → use a versão que o atualizou, ou restaure"
            " a cópia feita antes dela"
        ),
        (
            "the schema is not known to this version → run the version that updated it, or restore"
            " the backup made before it"
        ),
    ),
    "spool_ok": ("{records} registros esperam", "{records} records wait"),
    "spool_late": (
        (
            "{records} registros esperam há {seconds:.0f} s → o banco está fora, ou nenhum processo"
            " entrega: veja as linhas acima"
        ),
        (
            "{records} records have waited for {seconds:.0f} s → the database is away, or no"
            " process delivers: see the lines above"
        ),
    ),
    "spool_failing": (
        "{records} registros esperam há {seconds:.0f} s: {reason} → corrija isso; eles esperam",
        "{records} records have waited for {seconds:.0f} s: {reason} → mend that; they wait",
    ),
    "spool_refused": (
        (
            "{records} de {waiting} registros são recusados por um banco que responde: {reason} →"
            " corrija isso (direitos, esquema, tamanho máximo); eles esperam"
        ),
        (
            "{records} of {waiting} records are refused by a database that answers: {reason} →"
            " mend that (rights, schema, largest size); they wait"
        ),
    ),
    "spool_lost": (
        (
            "{records} registros aceitos se perderam até hoje → veja"
            " docs/runbooks/LotofacilSpoolRecordsLost.md"
        ),
        (
            "{records} accepted records have been lost so far → see"
            " docs/runbooks/LotofacilSpoolRecordsLost.md"
        ),
    ),
    "spool_unusable": (
        (
            "{folder} não pode ser usada ({reason}) → dê permissão de escrita ou mude"
            " LOTOFACIL_DATA_DIR"
        ),
        "{folder} cannot be used ({reason}) → allow writing there or change LOTOFACIL_DATA_DIR",
    ),
    "http_ok": ("responde em {url}", "answers at {url}"),
    "exporter_away": (
        "não responde em {url} ({reason}) → inicie `lotofacil serve` ou confira EXPORTER_PORT",
        "does not answer at {url} ({reason}) → start `lotofacil serve` or see EXPORTER_PORT",
    ),
    "exporter_unready": (
        "responde, mas ainda não está pronto: {reason}",
        "answers, but is not ready yet: {reason}",
    ),
    "page_away": (
        "{url} dá {reason} → confira EXPORTER_API_TOKEN e o log do exportador",
        "{url} gives {reason} → see EXPORTER_API_TOKEN and the exporter's log",
    ),
    "prometheus_away": (
        "não responde em {url} ({reason}) → inicie-o ou corrija PROMETHEUS_URL",
        "does not answer at {url} ({reason}) → start it or mend PROMETHEUS_URL",
    ),
    "scrape_ok": ("o Prometheus coleta o exportador", "Prometheus scrapes the exporter"),
    "scrape_none": (
        "o Prometheus não conhece o exportador → use prometheus/prometheus.yml (job exporter)",
        "Prometheus does not know the exporter → use prometheus/prometheus.yml (job exporter)",
    ),
    "scrape_failing": (
        "a coleta do exportador falha: {reason} → confira endereço e rede em prometheus.yml",
        "scraping the exporter fails: {reason} → see address and network in prometheus.yml",
    ),
    "rules_ok": (
        "{count} regras carregadas, iguais aos arquivos",
        "{count} rules loaded, equal to the files",
    ),
    "rules_loaded": (
        "{count} regras carregadas (sem arquivos aqui para comparar)",
        "{count} rules loaded (no files here to compare with)",
    ),
    "rules_none": (
        "nenhuma regra carregada → confira rule_files em prometheus.yml e recarregue",
        "no rule is loaded → see rule_files in prometheus.yml and reload",
    ),
    "rules_differ": (
        (
            "{count} diferem dos arquivos, por exemplo {name} → recarregue o Prometheus"
            " (POST /-/reload) ou atualize rule_files"
        ),
        (
            "{count} differ from the files, {name} for one → reload Prometheus (POST /-/reload) or"
            " update rule_files"
        ),
    ),
    "rules_failing": (
        "{name} não pode ser avaliada: {reason}",
        "{name} cannot be evaluated: {reason}",
    ),
    "alertmanager_ok": ("responde, versão {version}", "answers, version {version}"),
    "alertmanager_away": (
        "não responde em {url} ({reason}) → inicie-o ou corrija ALERTMANAGER_URL",
        "does not answer at {url} ({reason}) → start it or mend ALERTMANAGER_URL",
    ),
    "alertmanager_unknown": (
        "o Prometheus não o conhece → confira `alerting` em prometheus.yml",
        "Prometheus does not know it → see `alerting` in prometheus.yml",
    ),
    "alertmanager_failing": (
        "{count} envios por {kind} falharam desde que ele partiu → o log dele diz por quê",
        "{count} attempts by {kind} failed since it started → its log says why",
    ),
    "channels_ok": ("{count} em vigor", "{count} in force"),
    "channels_none": (
        "ninguém é avisado → defina ALERT_EMAIL_TO ou WEBHOOK_URL, ou crie um canal",
        "nobody is told → set ALERT_EMAIL_TO or WEBHOOK_URL, or make a channel",
    ),
    "channels_stale": (
        (
            "o Alertmanager tem outra configuração → o exportador deve estar de pé e"
            " ALERTMANAGER_CONFIG ser o arquivo que ele lê"
        ),
        (
            "Alertmanager has another configuration → the exporter must be up, and"
            " ALERTMANAGER_CONFIG the file that it reads"
        ),
    ),
    "channels_broken": (
        "não podem ser aplicados: {reason}",
        "cannot be put in force: {reason}",
    ),
    "smtp_ok": ("{host}:{port} aceita a conexão", "{host}:{port} takes the connection"),
    "smtp_unset": ("nenhum servidor configurado", "no server is set"),
    "smtp_needed": (
        "há e-mails a enviar e SMTP_SERVER está vazio → defina SMTP_*",
        "there is mail to send and SMTP_SERVER is empty → set SMTP_*",
    ),
    "smtp_away": (
        "{reason} → confira SMTP_SERVER, SMTP_PORT, SMTP_USERNAME e SMTP_PASSWORD",
        "{reason} → see SMTP_SERVER, SMTP_PORT, SMTP_USERNAME and SMTP_PASSWORD",
    ),
    "retrainer_away": (
        "não responde em {url} ({reason}) → inicie `lotofacil-retrainer` ou corrija RETRAINER_URL",
        "does not answer at {url} ({reason}) → start `lotofacil-retrainer` or mend RETRAINER_URL",
    ),
    "retrainer_idle": (
        "responde, mas RETRAINER_COMMAND está vazio: nada será treinado",
        "answers, but RETRAINER_COMMAND is empty: nothing will be trained",
    ),
    "thresholds_ok": ("{count} regras de usuário", "{count} rules of users"),
    "thresholds_noisy": ("{reason}", "{reason}"),
    "thresholds_unknown": (
        "a regra {name} ainda não tem valor: faltam resultados, chamadas ou amostra",
        "the rule {name} has no value yet: results, calls or sample are missing",
    ),
}
