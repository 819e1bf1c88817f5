"""What `lotofacil doctor` says: what is wrong, and what to do, in one line each."""

MESSAGES: dict[str, tuple[str, str]] = {
    "ok": ("ok", "ok"),
    "warning": ("aviso", "warning"),
    "problem": ("ERRO", "ERROR"),
    "subject_database": ("banco de dados", "database"),
    "subject_disk": ("disco", "disk"),
    "subject_time_zone": ("fuso horário", "time zone"),
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
    "database_busy": (
        (
            "está ocupado ou travado ({reason}) → encerre o que o segura (LOCK TABLE, VACUUM FULL,"
            " ALTER TABLE, transação longa, conexões demais); os registros esperam"
        ),
        (
            "is busy or locked ({reason}) → end what holds it (LOCK TABLE, VACUUM FULL, ALTER"
            " TABLE, a long transaction, too many connections); records wait meanwhile"
        ),
    ),
    "database_full": (
        "não tem espaço ({reason}) → libere ou aumente o disco dele; os registros esperam",
        "has no room ({reason}) → free or enlarge its disk; records wait meanwhile",
    ),
    "database_refusing": (
        (
            "só pode ser lido ({reason}) → promova-o, desligue o modo somente leitura, ou aponte"
            " DATABASE_URL para o servidor que aceita escrita; os registros esperam"
        ),
        (
            "is read-only ({reason}) → promote it, switch read-only off, or point DATABASE_URL at"
            " the server that takes writes; records wait meanwhile"
        ),
    ),
    "database_forbidden": (
        (
            "não permite ({reason}) → confira usuário e senha em DATABASE_URL e os direitos dele"
            " (GRANT; de um arquivo, dono e modo)"
        ),
        (
            "does not permit it ({reason}) → see user and password in DATABASE_URL and that user's"
            " rights (GRANT; of a file, owner and mode)"
        ),
    ),
    "database_absent": (
        "não existe ({reason}) → crie-o ou corrija DATABASE_URL",
        "does not exist ({reason}) → create it or mend DATABASE_URL",
    ),
    "database_broken": (
        (
            "o esquema não está inteiro ({reason}) → restaure a cópia mais nova num banco vazio"
            " (`lotofacil restore`); os registros esperam"
        ),
        (
            "the schema is not whole ({reason}) → restore the newest backup into an empty database"
            " (`lotofacil restore`); records wait meanwhile"
        ),
    ),
    "database_damaged": (
        (
            "está danificado ({reason}) → pare o exportador, guarde o arquivo e restaure a cópia"
            " mais nova (`lotofacil restore`)"
        ),
        (
            "is damaged ({reason}) → stop the exporter, put the file aside and restore the newest"
            " backup (`lotofacil restore`)"
        ),
    ),
    "database_charset": (
        (
            "{count} colunas, como {column}, têm o conjunto de caracteres {name}, que não guarda"
            " todo texto → ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4, em cada tabela"
        ),
        (
            "{count} columns, {column} for one, have the character set {name}, which does not hold"
            " every text → ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4, for each table"
        ),
    ),
    "database_encoding": (
        (
            "a codificação é {name}, que não guarda todo texto → crie o banco com ENCODING 'UTF8' e"
            " restaure uma cópia nele"
        ),
        (
            "its encoding is {name}, which does not hold every text → create the database with"
            " ENCODING 'UTF8' and restore a backup into it"
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
            " corrija isso (direitos, esquema, somente leitura, tamanho máximo); eles esperam"
        ),
        (
            "{records} of {waiting} records are refused by a database that answers: {reason} →"
            " mend that (rights, schema, read-only, largest size); they wait"
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
    "spool_full": (
        "{folder} não recebe mais nada ({reason}) → libere espaço ou aumente SPOOL_MAX_SIZE",
        "{folder} takes no more ({reason}) → free room there or raise SPOOL_MAX_SIZE",
    ),
    "disk_ok": ("{free} livres", "{free} free"),
    "disk_full": (
        (
            "sem espaço em {folder}: restam {free}, nada é aceito → libere espaço (o maior ali:"
            " {largest}) ou mude a pasta para outro disco"
        ),
        (
            "no room in {folder}: {free} left, nothing is accepted → free space (largest there:"
            " {largest}) or move the folder to another disk"
        ),
    ),
    "time_zone_unknown": (
        (
            "TZ={zone} não é conhecido, vale UTC → use um fuso como America/Sao_Paulo, ou instale"
            " o pacote tzdata"
        ),
        (
            "TZ={zone} is an unknown zone, UTC is used → set one such as America/Sao_Paulo, or"
            " install tzdata"
        ),
    ),
    "hangs": (
        "nenhuma resposta em {seconds:.0f} s → o servidor aceita a conexão e se cala: reinicie-o",
        "no answer in {seconds:.0f} s → the server takes the connection and is silent: restart it",
    ),
    "http_ok": ("responde em {url}", "answers at {url}"),
    "exporter_away": (
        "não responde em {url} ({reason}) → inicie `lotofacil serve` ou confira EXPORTER_HOST/PORT",
        "does not answer at {url} ({reason}) → start `lotofacil serve` or see EXPORTER_HOST/PORT",
    ),
    "exporter_other": (
        "em {url} responde outro programa ({program}) → dê outra porta a um deles (EXPORTER_PORT)",
        "another program answers at {url} ({program}) → give one another port (EXPORTER_PORT)",
    ),
    "exporter_unready": (
        "responde, mas não está pronto: {reason} → corrija isso; o que chega é aceito e espera",
        "answers, but is not ready: {reason} → mend that; records are accepted and wait",
    ),
    "retrainer_unready": (
        "responde, mas não está pronto: {reason} → corrija isso; até lá nada é treinado",
        "answers, but is not ready: {reason} → mend that; nothing is trained until then",
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
    "retrainer_other": (
        "em {url} responde outro programa ({program}) → dê outra porta a um deles (RETRAINER_PORT)",
        "another program answers at {url} ({program}) → give one another port (RETRAINER_PORT)",
    ),
    "retrainer_builtin": (
        (
            "responde em {url}; RETRAINER_COMMAND está vazio: o treinador embutido treina qualquer"
            " jogo que o peça e põe o modelo em uso → defina RETRAINER_COMMAND, ou pare"
            " `lotofacil-retrainer`"
        ),
        (
            "answers at {url}; RETRAINER_COMMAND is empty: the built-in trainer trains any game"
            " that asks and puts its model in use → set RETRAINER_COMMAND, or stop"
            " `lotofacil-retrainer`"
        ),
    ),
    "command_missing": (
        (
            "RETRAINER_COMMAND: {name} não foi encontrado no PATH; todo treino falhará → instale-o"
            " ou escreva o caminho inteiro"
        ),
        (
            "RETRAINER_COMMAND: {name} is not found on PATH; every training will fail → install it"
            " or write its whole path"
        ),
    ),
    "command_unreadable": (
        "RETRAINER_COMMAND não pode ser lido ({reason}) → corrija as aspas",
        "RETRAINER_COMMAND cannot be read ({reason}) → mend its quotes",
    ),
    "thresholds_ok": ("{count} regras de usuário", "{count} rules of users"),
    "thresholds_noisy": ("{reason}", "{reason}"),
    "thresholds_unknown": (
        "a regra {name} ainda não tem valor: faltam resultados, chamadas ou amostra",
        "the rule {name} has no value yet: results, calls or sample are missing",
    ),
}
