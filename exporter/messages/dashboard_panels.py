"""What the panels of the dashboards say: title, description and words for values.

One entry for each panel; `dashboard.py` takes them in as `panel.<panel>.<part>`.
"""

_PT_EN = tuple[str, str]

_CHANCE: dict[str, _PT_EN] = {
    "better.title": ("É melhor que o acaso?", "Is it better than chance?"),
    "better.description": (
        (
            "Veredito sobre a versão em uso: a evidência (valor e) contra o acaso desde o início "
            "da versão chegou a 20 em algum sentido? Um modelo que só sorteia números chega a 20 "
            "em no máximo 5 % dos casos em cada sentido, não importa quantas vezes se olhe."
        ),
        (
            "Verdict on the version in use: did the evidence (e-value) against chance since the "
            "version's start reach 20 either way? A model that merely picks at random gets there "
            "in at most 5 % of cases each way, however often one looks."
        ),
    ),
    "better.0": ("Sem evidência", "No evidence"),
    "better.1": ("Pior que o acaso", "Worse than chance"),
    "better.2": ("Melhor que o acaso", "Better than chance"),
    "better.3": ("Mudou de lado", "Changed sides"),
    "worse.title": ("Piorou?", "Did it get worse?"),
    "worse.description": (
        (
            "Detector de mudança (Shiryaev–Roberts) da versão em uso. Suspeita a partir de 1.000: "
            "no máximo um alarme falso a cada 1.000 sorteios, em média; piora a partir de 3.000. "
            "Percebe também a queda de um modelo que foi bom por muito tempo."
        ),
        (
            "Change detector (Shiryaev–Roberts) of the version in use. Suspicion from 1,000 on: "
            "at most one false alarm in 1,000 draws on average; worse from 3,000 on. It also "
            "notices the fall of a model that was good for a long time."
        ),
    ),
    "worse.0": ("Sem sinal de piora", "No sign of it"),
    "worse.1": ("Suspeita de piora", "Suspicion"),
    "worse.2": ("Piorou", "It got worse"),
    "accuracy_now.title": ("Acurácia", "Accuracy"),
    "accuracy_now.description": (
        (
            "Acertos divididos pelos números jogados, na janela escolhida, da versão em uso. "
            "Na Lotofácil, o acaso dá 60 %."
        ),
        (
            "Hits divided by numbers played, over the chosen window, of the version in use. "
            "For Lotofácil chance gives 60 %."
        ),
    ),
    "above_chance.title": ("Acima do acaso", "Above chance"),
    "above_chance.description": (
        (
            "Acurácia menos a de um palpite ao acaso, em pontos percentuais. Pequenas diferenças "
            "são normais: veja o escore z."
        ),
        (
            "Accuracy minus that of a random pick, in percentage points. Small differences are "
            "normal: see the z-score."
        ),
    ),
    "zscore.title": ("Escore z", "z-score"),
    "zscore.description": (
        (
            "Distância do acaso em desvios padrão, com a covariância das apostas do mesmo sorteio. "
            "Entre −2 e 2 não há o que ver; além de 3 (ou −3) merece atenção."
        ),
        (
            "Distance from chance in standard deviations, with the covariance of tickets on the "
            "same draw. Between −2 and 2 there is nothing to see; beyond 3 (or −3) take note."
        ),
    ),
    "pvalue.title": ("Valor p", "p-value"),
    "pvalue.description": (
        (
            "Com que frequência o acaso, sozinho, ficaria tão longe assim. Vale para uma olhada; "
            "para acompanhar dia após dia, use a evidência."
        ),
        (
            "How often chance alone would be this far off. Good for one look; to watch day after "
            "day, use the evidence."
        ),
    ),
    "sample.title": ("Sorteios na janela", "Draws in the window"),
    "sample.description": (
        "Sorteios com predições conferidas que a janela realmente contém.",
        "Draws with scored predictions that the window really holds.",
    ),
    "trend.title": ("Tendência", "Trend"),
    "trend.description": (
        "Variação da acurácia a cada 100 sorteios, medida nos últimos 300.",
        "Change of accuracy per 100 draws, measured over the last 300.",
    ),
    "accuracy_band.title": (
        "Acurácia em uso e a faixa que a sorte explica",
        "Accuracy in use, and the band that luck explains",
    ),
    "accuracy_band.description": (
        (
            "Na janela escolhida, as versões em uso. A faixa em volta da linha do acaso é onde "
            "um palpite ao acaso fica em 95 % das vezes (com várias versões em uso, a mais "
            "larga delas): dentro dela, a diferença não quer dizer nada."
        ),
        (
            "Over the chosen window, the versions in use. The band around the line of chance "
            "is where a random picker stays 95 % of the time (with several versions in use, "
            "the widest of theirs): inside it the difference means nothing."
        ),
    ),
    "accuracy_versions.title": ("Acurácia por versão", "Accuracy by version"),
    "accuracy_versions.description": (
        (
            "Na janela escolhida, cada versão ao lado do controle (palpites ao acaso pelo mesmo "
            "caminho) e da linha do acaso."
        ),
        (
            "Over the chosen window, each version beside the control arm (random picks sent the "
            "same way) and the line of chance."
        ),
    ),
    "accuracy_each.title": ("Acurácia: $model_version", "Accuracy: $model_version"),
    "accuracy_each.description": (
        "A versão sozinha, com o seu intervalo de confiança de 95 % e a linha do acaso.",
        "The version on its own, with its 95 % confidence interval and the line of chance.",
    ),
    "evidence.title": ("Evidência contra o acaso", "Evidence against chance"),
    "evidence.description": (
        (
            "Valor e da versão em uso desde o seu início, em escala logarítmica. 20: no máximo 5 % "
            "dos modelos ao acaso chegam lá um dia; 100: no máximo 1 %. Perto de 1 ou abaixo: "
            "nada se pode afirmar. A curva para em um bilhão: mais já não diz mais."
        ),
        (
            "E-value of the version in use since its start, on a logarithmic axis. 20: at most 5 % "
            "of models at chance ever get there; 100: at most 1 %. Near 1 or below: nothing can "
            "be said. The curve ends at a billion: more says nothing more."
        ),
    ),
    "reference.title": ("Evidência contra a referência", "Evidence against the reference"),
    "reference.description": (
        (
            "Valor e contra a acurácia informada para a versão em uso (por exemplo, a prometida no "
            "lançamento), em escala logarítmica; vazio se nenhuma foi informada. 20: no máximo 5 % "
            "das versões que a cumprem chegam lá um dia; 100: no máximo 1 %."
        ),
        (
            "E-value against the accuracy named for the version in use (say, the one claimed at "
            "release), on a logarithmic axis; empty where none was named. 20: at most 5 % of "
            "versions that keep it ever get there; 100: at most 1 %."
        ),
    ),
    "change.title": ("Detector de mudança", "Change detector"),
    "change.description": (
        (
            "Estatística de Shiryaev–Roberts da versão em uso, em escala logarítmica. As linhas, "
            "1.000 e 3.000, prometem no máximo um alarme falso nesse número de sorteios, em média."
        ),
        (
            "Shiryaev–Roberts statistic of the version in use, on a logarithmic axis. The lines, "
            "1,000 and 3,000, promise at most one false alarm in that many draws, on average."
        ),
    ),
    "versions.title": ("Versões lado a lado", "Versions side by side"),
    "versions.description": (
        (
            "Todas as versões escolhidas e o braço de controle, na janela escolhida (veredito e "
            "dinheiro: desde o início da versão)."
        ),
        (
            "All chosen versions and the control arm, over the chosen window (verdict and money: "
            "since the version's start)."
        ),
    ),
    "windows.title": ("Acurácia da versão em uso, por janela", "Accuracy in use, by window"),
    "windows.description": (
        "A mesma pergunta em todas as janelas: janelas curtas oscilam muito, e por acaso.",
        "The same question over all windows: short windows swing widely, and by chance.",
    ),
    "hits.title": ("Acertos por predição", "Hits per prediction"),
    "hits.description": (
        (
            "Quantas predições da versão em uso tiveram cada número de acertos, ao lado do que "
            "apostas ao acaso dos mesmos tamanhos teriam."
        ),
        (
            "How many predictions of the version in use had each number of hits, beside what "
            "random tickets of the same sizes would have."
        ),
    ),
}

_MONEY: dict[str, _PT_EN] = {
    "balance.title": ("Custo, prêmios e saldo", "Cost, prizes and net"),
    "balance.description": (
        (
            "Desde o início de cada versão, ao lado do saldo que o acaso daria em média. "
            "Prêmios variáveis só entram quando o resultado os informa."
        ),
        (
            "Since each version's start, beside the net that chance would give on average. "
            "Variable prizes count only where the result told them."
        ),
    ),
    "net_over_time.title": ("Saldo", "Net"),
    "net_over_time.description": (
        "Prêmios menos custo da versão em uso, ao lado do saldo esperado ao acaso e do controle.",
        (
            "Prizes minus cost of the version in use, beside the net expected at chance and that "
            "of the control arm."
        ),
    ),
    "tiers.title": ("Apostas premiadas por faixa", "Tickets with a prize, by tier"),
    "tiers.description": (
        "Predições da versão em uso pela melhor faixa de prêmio que alcançaram.",
        "Predictions of the version in use by the best prize tier they reached.",
    ),
    "confidence_bias.title": ("Excesso de confiança", "Over-confidence"),
    "confidence_bias.description": (
        (
            "Confiança média declarada menos a acurácia. Acima de zero, o modelo promete mais do "
            "que cumpre. Na Lotofácil, a confiança honesta é 60 %."
        ),
        (
            "Mean claimed confidence minus accuracy. Above zero the model promises more than it "
            "keeps. For Lotofácil the honest confidence is 60 %."
        ),
    ),
    "brier_skill.title": ("Habilidade (Brier)", "Brier skill"),
    "brier_skill.description": (
        (
            "Quanto a confiança declarada vale a mais do que declarar sempre o acaso. "
            "Zero ou menos: nada."
        ),
        (
            "How much more the claimed confidence is worth than always claiming chance. Zero or "
            "less: nothing."
        ),
    ),
    "calibration.title": ("Excesso de confiança por versão", "Over-confidence by version"),
    "calibration.description": (
        "Confiança média declarada menos a acurácia, de cada versão; na linha do zero, honesta.",
        "Mean claimed confidence minus accuracy, of each version; honest on the line of zero.",
    ),
    "brier.title": ("Escore de Brier por versão", "Brier score by version"),
    "brier.description": (
        (
            "Média do quadrado da diferença entre confiança e acerto, por número jogado. "
            "Quanto menor, melhor; a linha do acaso é o que daria declarar sempre o acaso."
        ),
        (
            "Mean squared difference between confidence and hit, per number played. Lower is "
            "better; the line of chance is what always claiming chance would give."
        ),
    ),
    "confidence.title": ("Confiança declarada", "Claimed confidence"),
    "confidence.description": (
        "Quantas predições declararam confiança até cada valor (acumulado), desde o início.",
        "How many predictions claimed a confidence up to each value (cumulative), ever.",
    ),
}

_SERVICE: dict[str, _PT_EN] = {
    "state.title": ("Está no ar?", "Is it up?"),
    "state.description": (
        "O exportador responde ao Prometheus e consegue ler o banco de dados?",
        "Does the exporter answer Prometheus, and can it read the database?",
    ),
    "state.0": ("Fora do ar", "Down"),
    "state.1": ("Sem banco de dados", "No database"),
    "state.2": ("No ar", "Up"),
    "last_prediction.title": ("Última predição há", "Last prediction"),
    "last_prediction.description": (
        "Tempo desde a predição mais recente das versões escolhidas.",
        "Time since the newest prediction of the chosen versions.",
    ),
    "recorded.title": ("Predições registradas", "Predictions recorded"),
    "recorded.description": (
        "Total desde o início do banco de dados; a limpeza de dados antigos não o diminui.",
        "Total over the database's lifetime; cleaning up old data does not lower it.",
    ),
    "throughput.title": ("Predições por minuto", "Predictions a minute"),
    "throughput.description": (
        "Ritmo com que chegam predições, por versão.",
        "How fast predictions come in, by version.",
    ),
    "errors.title": ("Taxa de erro", "Error rate"),
    "errors.description": (
        "Parte das chamadas ao preditor que falharam. Sem chamadas no intervalo, sem linha.",
        "Share of predictor calls that failed. No calls in the interval, no line.",
    ),
    "errors_total.title": ("Taxa de erro desde o início", "Error rate since the start"),
    "errors_total.description": (
        "Parte das chamadas ao preditor que falharam, desde o início do banco de dados.",
        "Share of predictor calls that failed, over the database's lifetime.",
    ),
    "latency.title": ("Tempo de resposta do preditor", "Response time of the predictor"),
    "latency.description": (
        (
            "Mediana, 95 % e 99 % do tempo informado com cada predição. Sem predições no "
            "intervalo, sem linha."
        ),
        (
            "Median, 95 % and 99 % of the time reported with each prediction. No predictions in "
            "the interval, no line."
        ),
    ),
    "latency_total.title": ("Tempo médio de resposta", "Mean response time"),
    "latency_total.description": (
        "Tempo médio informado com as predições, desde o início do banco de dados.",
        "Mean time reported with the predictions, over the database's lifetime.",
    ),
    "http_requests.title": ("Requisições por código", "Requests by status"),
    "http_requests.description": (
        "Requisições HTTP respondidas pelo exportador, por código de resposta.",
        "HTTP requests answered by the exporter, by status code.",
    ),
    "http_errors.title": ("Erros do servidor", "Server errors"),
    "http_errors.description": (
        "Parte das requisições respondidas com 5xx.",
        "Share of requests answered with 5xx.",
    ),
    "http_latency.title": ("Tempo de resposta por rota (95 %)", "Response time by route (95 %)"),
    "http_latency.description": (
        "Tempo em que 95 % das requisições de cada rota são respondidas.",
        "Time within which 95 % of each route's requests are answered.",
    ),
}

_ALERTING: dict[str, _PT_EN] = {
    "alerts_now.title": ("Alertas ativos", "Active alerts"),
    "alerts_now.description": (
        (
            "Alertas do Lotofácil que disparam agora e que o Alertmanager notifica (o vigia, que "
            "dispara sempre, não conta)."
        ),
        (
            "Alerts of this product that fire now and that Alertmanager notifies about (the "
            "watchdog, which always fires, is not counted)."
        ),
    ),
    "alerts.title": ("Alertas ativos", "Active alerts"),
    "alerts.description": (
        "O que dispara agora, desde quando, e o procedimento a seguir (arquivo do repositório).",
        "What fires now, since when, and the runbook to follow (a file of the repository).",
    ),
    "alert_history.title": ("Histórico de alertas", "Alerts over time"),
    "alert_history.description": (
        "Quando cada alerta disparou no período mostrado.",
        "When each alert fired over the time shown.",
    ),
    "alert_history.1": ("disparado", "firing"),
    "rules.title": ("Regras criadas por usuários", "Rules made by users"),
    "rules.description": (
        "Valor atual e limite de cada regra de alerta criada pelas chamadas documentadas.",
        "Current value and threshold of each alert rule made by the documented calls.",
    ),
    "notifications.title": ("Entrega ao Alertmanager", "Delivery to Alertmanager"),
    "notifications.description": (
        (
            "Notificações por segundo que o Prometheus entrega ao Alertmanager, falha em entregar "
            "ou perde."
        ),
        (
            "Notifications a second that Prometheus hands to Alertmanager, fails to hand over, or "
            "loses."
        ),
    ),
    "receivers.title": ("Alertmanagers", "Alertmanagers"),
    "receivers.description": (
        "Quantos Alertmanagers o Prometheus encontra. Zero: ninguém será avisado.",
        "How many Alertmanagers Prometheus finds. Zero: nobody will be told.",
    ),
    "retraining_advice.title": ("Deve ser retreinado?", "Should it be retrained?"),
    "retraining_advice.description": (
        (
            "Sim, quando a evidência diz que a versão em uso é pior que o acaso (20 ou mais) ou o "
            "detector diz que ela piorou (3.000 ou mais). Uma acurácia baixa por alguns sorteios, "
            "sozinha, é acaso."
        ),
        (
            "Yes, when the evidence says the version in use is worse than chance (20 or more) or "
            "the detector says it got worse (3,000 or more). A low accuracy for some draws is, on "
            "its own, chance."
        ),
    ),
    "retraining_advice.0": ("Não é preciso", "No need"),
    "retraining_advice.1": ("Treinando agora", "Training now"),
    "retraining_advice.2": ("Sim", "Yes"),
    "retraining_runs.title": ("Treinamentos por desfecho", "Training runs by outcome"),
    "retraining_runs.description": (
        "Treinamentos desde o início do banco de dados, pelo modo como terminaram.",
        "Training runs over the database's lifetime, by how they ended.",
    ),
    "retraining_requests.title": ("Pedidos de retreinamento", "Requests to retrain"),
    "retraining_requests.description": (
        "Pedidos desde o início do banco de dados, pelo que foi decidido.",
        "Requests over the database's lifetime, by what was decided.",
    ),
    "retrainer_pass.title": ("Retreinador olhou há", "Retrainer last looked"),
    "retrainer_pass.description": (
        (
            "Tempo desde que o retreinador procurou pedidos, agendas e limites quebrados. Muito "
            "tempo: ele parou."
        ),
        (
            "Time since the retrainer looked for requests, schedules and broken thresholds. Long: "
            "it hangs."
        ),
    ),
    "retraining_age.title": ("Último treinamento bom há", "Last good training"),
    "retraining_age.description": (
        "Tempo desde o fim do último treinamento que deu certo.",
        "Time since the last successful training run ended.",
    ),
    "retraining_duration.title": ("Duração do último", "Length of the last"),
    "retraining_duration.description": (
        "Quanto durou o último treinamento terminado.",
        "How long the last ended training run took.",
    ),
    "retraining_schedule.title": ("Intervalo agendado", "Scheduled interval"),
    "retraining_schedule.description": (
        "Tempo entre treinamentos agendados.",
        "Time between scheduled training runs.",
    ),
}

_PIPELINE: dict[str, _PT_EN] = {
    "results.title": ("Resultados em dia?", "Results up to date?"),
    "results.description": (
        (
            "Atrasado: passaram mais de 6 horas do sorteio seguinte ao último resultado (pelo "
            "calendário do jogo) e nada chegou. Sem resultados, a acurácia não anda."
        ),
        (
            "Overdue: the draw after the newest result (by the game's calendar) is more than 6 "
            "hours past and nothing came. Without results accuracy stands still."
        ),
    ),
    "results.0": ("Em dia", "Up to date"),
    "results.1": ("Atrasados", "Overdue"),
    "last_draw.title": ("Último concurso", "Newest draw"),
    "last_draw.description": (
        "Número do concurso mais recente com resultado.",
        "Number of the newest draw with a result.",
    ),
    "draw_age.title": ("Último sorteio há", "Time since that draw"),
    "draw_age.description": (
        "Tempo desde o sorteio mais recente com resultado.",
        "Time since the newest draw with a result.",
    ),
    "missing_draws.title": ("Concursos faltando", "Missing draws"),
    "missing_draws.description": (
        "Concursos entre o primeiro e o último resultado que não têm resultado.",
        "Draws between the first and the newest result that have none.",
    ),
    "corrections.title": ("Resultados corrigidos", "Corrected results"),
    "corrections.description": (
        "Resultados que foram corrigidos depois de registrados.",
        "Results that were corrected after they had been recorded.",
    ),
    "feed_check.title": ("Conferência da fonte", "Check of the feed"),
    "feed_check.description": (
        (
            "Valor p das frequências dos números sorteados (qui-quadrado corrigido). Confere a "
            "fonte dos resultados, não o modelo: perto de zero, há algo errado com ela."
        ),
        (
            "P-value of the drawn numbers' frequencies (corrected chi-square). It checks the feed "
            "of results, not the model: near zero, something is wrong with it."
        ),
    ),
    "waiting.title": ("Predições sem resultado", "Predictions without a result"),
    "waiting.description": (
        "Predições à espera do resultado, e as feitas tarde demais, que não contam.",
        "Predictions that wait for their result, and those made too late, which never count.",
    ),
    "quarantine.title": ("Em quarentena", "In quarantine"),
    "quarantine.description": (
        "Registros que quebram as regras do jogo e esperam a correção.",
        "Records that break their game's rules and wait to be mended.",
    ),
    "snapshot_age.title": ("Idade dos números", "Age of the figures"),
    "snapshot_age.description": (
        "Tempo desde a última leitura do banco de dados pelo exportador.",
        "Time since the exporter last read the database.",
    ),
    "snapshot.title": ("Duração da leitura do banco", "Time to read the database"),
    "snapshot.description": (
        "Quanto demorou a última leitura dos registros consolidados.",
        "How long the last snapshot of the roll-ups took.",
    ),
    "database.title": ("Banco de dados", "Database"),
    "database.description": (
        "A última leitura conseguiu chegar ao banco de dados?",
        "Could the last snapshot reach the database?",
    ),
    "database.0": ("Inacessível", "Away"),
    "database.1": ("Acessível", "Reachable"),
    "database_size.title": ("Tamanho do banco de dados", "Size of the database"),
    "database_size.description": (
        "Como o próprio banco de dados o informa.",
        "As the database's engine reports it.",
    ),
    "stored.title": ("Predições guardadas", "Predictions stored"),
    "stored.description": (
        "Predições guardadas uma a uma; diminui quando dados antigos são limpos.",
        "Raw predictions stored now; falls when old data is cleaned up.",
    ),
    "backup_age.title": ("Último backup há", "Last backup"),
    "backup_age.description": (
        "Tempo desde o último backup verificado.",
        "Time since the last verified backup.",
    ),
    "spool.title": ("Registros na fila em disco", "Records in the spool"),
    "spool.description": (
        (
            "Registros aceitos que esperam o banco de dados, e os que ele recusa embora responda:"
            " `lotofacil doctor` diz por quê."
        ),
        (
            "Accepted records that wait for the database, and those that it refuses although it"
            " answers: `lotofacil doctor` says why."
        ),
    ),
    "spool_age.title": ("Espera na fila", "Wait in the spool"),
    "spool_age.description": (
        "Há quanto tempo espera o registro mais antigo da fila em disco.",
        "How long the oldest record in the spool has been waiting.",
    ),
    "spool_fill.title": ("Ocupação da fila em disco", "How full the spool is"),
    "spool_fill.description": (
        "Tamanho da fila dividido pelo tamanho em que ela passa a recusar registros.",
        "Size of the spool over the size at which it refuses records.",
    ),
    "spool_trouble.title": ("Recusas, perdas e tentativas falhas", "Refusals, losses, failures"),
    "spool_trouble.description": (
        "Por segundo. Perdas devem ser sempre zero; recusas voltam com erro a quem chamou.",
        "A second. Losses must always be zero; refusals return to the caller as errors.",
    ),
    "collectors.title": ("Coletores", "Collectors"),
    "collectors.description": (
        "Cada parte da página de métricas: funciona, quanto demora, quantas vezes falhou.",
        (
            "Each part of the metrics page: does it work, how long does it take, how often did it "
            "fail."
        ),
    ),
    "collector_history.title": ("Coletores ao longo do tempo", "Collectors over time"),
    "collector_history.description": (
        "Quando cada coletor funcionou e quando ficou de fora.",
        "When each collector worked and when it was left out.",
    ),
    "collector_history.0": ("falhou", "failed"),
    "collector_history.1": ("funciona", "works"),
}

_RESOURCES: dict[str, _PT_EN] = {
    "usage.title": ("Uso da máquina", "Use of the machine"),
    "usage.description": (
        "Processador, memória e disco em uso (psutil).",
        "Processor, memory and disk in use (psutil).",
    ),
    "process_cpu.title": ("Processador do exportador", "Processor of the exporter"),
    "process_cpu.description": (
        "Tempo de processador que o exportador usa; 100 % é um núcleo inteiro.",
        "Processor time that the exporter uses; 100 % is one whole core.",
    ),
    "process_memory.title": ("Memória do exportador", "Memory of the exporter"),
    "process_memory.description": (
        "Memória residente do processo do exportador.",
        "Resident memory of the exporter's process.",
    ),
    "process_handles.title": ("Threads e arquivos abertos", "Threads and open files"),
    "process_handles.description": (
        "Do processo do exportador: o que só cresce, vaza.",
        "Of the exporter's process: what only grows, leaks.",
    ),
    "log_lines.title": ("Linhas de log por nível", "Log lines by level"),
    "log_lines.description": (
        "Linhas de log por segundo que o exportador escreve.",
        "Log lines a second that the exporter writes.",
    ),
    "uptime.title": ("Exportador no ar há", "Exporter up for"),
    "uptime.description": (
        "Tempo desde o início do processo do exportador.",
        "Time since the exporter's process started.",
    ),
}

_ALL = _CHANCE | _MONEY | _SERVICE | _ALERTING | _PIPELINE | _RESOURCES
PANELS: dict[str, _PT_EN] = {f"panel.{key}": texts for key, texts in _ALL.items()}
