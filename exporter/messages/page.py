"""Texts of subject "page": key -> (Portuguese, English)."""

MESSAGES: dict[str, tuple[str, str]] = {
    # the frame
    "title": ("Painel de predições", "Prediction dashboard"),
    "skip": ("Ir para o conteúdo", "Skip to content"),
    "game": ("Jogo", "Game"),
    "span": ("Período", "Period"),
    "language": ("Idioma", "Language"),
    "other_language": ("English", "Português"),
    "updated": ("Atualizado em {moment}", "Updated {moment}"),
    "stale": (
        "Sem resposta do servidor: os números são de {moment}.",
        "No answer from the server: figures are from {moment}.",
    ),
    "zone": ("Horários em {zone}", "Times in {zone}"),
    "overview": ("Situação", "Overview"),
    "accuracy_section": ("Acurácia", "Accuracy"),
    "claims_section": ("Confiança e números", "Confidence and numbers"),
    "activity_section": ("Desempenho", "Performance"),
    "alerts_section": ("Alertas", "Alerts"),
    "operations_section": ("Operação", "Operation"),
    "as_table": ("Ver os valores em tabela", "Show the values as a table"),
    "models_left_out": (
        "Mais {count} versões antigas não são mostradas.",
        "{count} more old versions are not shown.",
    ),
    "unavailable_title": ("O banco de dados não responde", "The database does not answer"),
    "unavailable": (
        (
            "Os números voltam sozinhos quando ele responder. Predições registradas agora ficam"
            " guardadas em disco. O banco {reason}."
        ),
        (
            "Figures come back by themselves when it does. Predictions recorded now"
            " are kept on disk. The database {reason}."
        ),
    ),
    "honest": (
        (
            "Acurácia é acertos ÷ números jogados. Escolher ao acaso dá {chance} em média: só"
            " diferenças além da faixa do acaso dizem algo sobre o modelo."
        ),
        (
            "Accuracy is hits ÷ numbers played. A random pick gives {chance} on average: only"
            " differences beyond the range of chance say anything about the model."
        ),
    ),
    # nothing yet
    "empty_title": ("Ainda não há predições", "No predictions yet"),
    "empty_lead": (
        "Dois passos e este painel ganha vida:",
        "Two steps bring this dashboard to life:",
    ),
    "empty_predict": ("Registre uma predição", "Record a prediction"),
    "empty_result": (
        "Depois do sorteio, registre o resultado",
        "After the draw, record its result",
    ),
    "empty_replay": (
        "Sem dados à mão? Simule alguns sorteios",
        "No data at hand? Simulate some draws",
    ),
    "empty_end": (
        "Esta página se atualiza sozinha.",
        "This page refreshes by itself.",
    ),
    # words used everywhere
    "chance": ("acaso", "chance"),
    "chance_range": ("faixa de 95% do acaso", "95% range of chance"),
    "expected": ("esperado ao acaso", "expected at chance"),
    "control_arm": ("controle", "control arm"),
    "in_use": ("em uso", "in use"),
    "standing_unknown": ("sem dados", "no data"),
    "standing_chance": ("indistinguível do acaso", "indistinguishable from chance"),
    "standing_better": ("melhor que o acaso", "better than chance"),
    "standing_worse": ("pior que o acaso", "worse than chance"),
    "no_result_yet": (
        "Nenhum bilhete conferido ainda: registre o resultado do sorteio.",
        "No ticket scored yet: record the draw's result.",
    ),
    "no_confidence_yet": (
        "Nenhum bilhete conferido trazia confiança.",
        "No scored ticket carried a confidence.",
    ),
    "no_calls": ("Nenhuma chamada no período.", "No calls in the period."),
    "no_latency": (
        "Nenhuma predição do período trazia a latência.",
        "No prediction of the period carried its latency.",
    ),
    "no_draw_yet": ("Nenhum resultado registrado.", "No result recorded."),
    "no_alerts": ("nenhum alerta ativo", "no active alerts"),
    "no_runs": ("Nenhum retreinamento ainda.", "No retraining yet."),
    "no_predictions": ("Nenhuma predição ainda.", "No predictions yet."),
    "no_money_yet": (
        "Sem tabela de preços para bilhetes conferidos.",
        "No price table for scored tickets.",
    ),
    "no_resources": ("Sem medições desta máquina.", "No measurements of this machine."),
    # tiles
    "no_line_yet": (
        "A linha começa no segundo sorteio conferido de uma versão.",
        "The line starts with a version's second scored draw.",
    ),
    "accuracy_tile_0": ("Acurácia", "Accuracy"),
    "accuracy_tile_1": ("Acurácia, último sorteio", "Accuracy, last draw"),
    "accuracy_tile": ("Acurácia, últimos {draws} sorteios", "Accuracy, last {draws} draws"),
    "beside_chance": ("acaso {chance} · IC 95% {interval}", "chance {chance} · 95% CI {interval}"),
    "verdict_tile": ("Veredito desde o início", "Verdict since the start"),
    "evidence_note": (
        "evidência máxima {peak} (sorteios: {draws}); acima de {limit}, até 5% por sorte",
        "peak evidence {peak} (draws: {draws}); above {limit}, at most 5% by luck",
    ),
    "confidence_tile": ("Confiança média", "Mean confidence"),
    "promises_more": (
        "promete {points} a mais do que cumpre",
        "promises {points} more than it keeps",
    ),
    "promises_less": (
        "promete {points} a menos do que cumpre",
        "promises {points} less than it keeps",
    ),
    "volume_tile": ("Predições, {span}", "Predictions, {span}"),
    "volume_before": ("período anterior: {before}", "period before: {before}"),
    "errors_tile": ("Taxa de erro, {span}", "Error rate, {span}"),
    "errors_of": ("{failures} de {calls} chamadas", "{failures} of {calls} calls"),
    "latency_tile": ("Latência p95", "Latency p95"),
    "latency_note": ("p50 {p50} · p99 {p99}", "p50 {p50} · p99 {p99}"),
    "draw_tile": ("Último sorteio", "Last draw"),
    "no_due": ("jogo inventado: nenhum é esperado", "invented game: none is due"),
    "next_draw": ("próximo: {moment}", "next: {moment}"),
    "draws_overdue": (
        "{count} resultado(s) em atraso desde {moment}",
        "{count} result(s) overdue since {moment}",
    ),
    "draws_missing": ("{count} faltando no registro", "{count} missing from the record"),
    "alerts_tile": ("Alertas ativos", "Active alerts"),
    # tables
    "windows_title": ("Acurácia por janela e versão", "Accuracy by window and version"),
    "windows_note": (
        (
            "IC 95%: intervalo de confiança, com cada sorteio como um grupo. z:"
            " distância do acaso em"
            " desvios-padrão, com a sobreposição dos bilhetes. p: chance de um"
            " sorteio aleatório ficar"
            " tão longe, em uma única olhada; o veredito de uma janela exige p < 0,001."
        ),
        (
            "95% CI: confidence interval with each draw as a cluster. z: distance from chance in"
            " standard deviations, overlap of tickets included. p: probability of a"
            " random picker being this far"
            " off, in one look; the verdict on a window takes p < 0.001."
        ),
    ),
    "window_1": ("último sorteio", "last draw"),
    "window_all": ("desde o início", "since the start"),
    "window_draws": ("últimos {draws}", "last {draws}"),
    "evidence_title": ("Evidência contra o acaso", "Evidence against chance"),
    "evidence_table_note": (
        (
            "Pode ser olhada todo dia: só 5% dos modelos ao acaso chegam algum dia a"
            " {limit}. Mudança:"
            " valor N significa no máximo um alarme falso a cada N sorteios."
        ),
        (
            "May be looked at every day: only 5% of models at chance ever reach {limit}. Change: a"
            " value of N means at most one false alarm in N draws."
        ),
    ),
    "references_title": ("Evidência contra a referência", "Evidence against the reference"),
    "references_note": (
        (
            "Referência: a acurácia informada para a versão. Só 5% das versões que a"
            " cumprem chegam algum dia a {limit}."
        ),
        (
            "Reference: the accuracy named for the version. Only 5% of versions that keep it"
            " ever reach {limit}."
        ),
    ),
    "no_reference_yet": ("Nenhuma referência foi informada.", "No reference was named."),
    "kept_unknown": ("sem dados", "no data"),
    "kept_chance": ("não refutada", "not refuted"),
    "kept_worse": ("abaixo da referência", "below the reference"),
    "kept_better": ("acima da referência", "above the reference"),
    "tiers_title": ("Faixas de prêmio", "Prize tiers"),
    "tiers_note": (
        "Cada bilhete na sua melhor faixa; ao lado, quantos bilhetes ao acaso estariam nela.",
        "Each ticket in its best tier; beside it, how many random tickets would be there.",
    ),
    "tier_hits": ("{hits} acertos", "{hits} hits"),
    "trends_title": ("Tendência da acurácia", "Trend of accuracy"),
    "trends_note": (
        (
            "Reta pelos últimos 300 sorteios. Só se chama de tendência o que o acaso daria em"
            " menos de 1% dos casos."
        ),
        (
            "A line through the last 300 draws. Only what chance would give in fewer than 1% of"
            " cases is called a trend."
        ),
    ),
    "no_trend_yet": (
        "São precisos ao menos quatro sorteios com resultado.",
        "At least four draws with a result are needed.",
    ),
    "trend_rising": ("subindo", "rising"),
    "trend_falling": ("caindo", "falling"),
    "trend_flat": ("estável", "flat"),
    "calibration_title": ("Confiança prometida e cumprida", "Confidence promised and kept"),
    "calibration_note": (
        (
            "Para quem escolhe ao acaso, a confiança honesta é {chance}. Brier: menor é melhor;"
            " compare com o de prometer sempre o acaso."
        ),
        (
            "For a random picker the honest confidence is {chance}. Brier: lower is better; compare"
            " with that of always promising chance."
        ),
    ),
    "money_title": ("Dinheiro", "Money"),
    "money_note": (
        (
            "Bilhetes conferidos desde o início da versão: prêmios fixos, e os"
            " variáveis que o resultado"
            " informou. Ao lado, o saldo médio de bilhetes ao acaso."
        ),
        (
            "Tickets scored since the version's start: fixed prizes, and variable"
            " ones that the result"
            " told. Beside it, the average net of random tickets."
        ),
    ),
    "draws_title": ("Últimos sorteios", "Last draws"),
    "draws_note": (
        "Bilhetes e acertos de todas as versões, sem o grupo de controle.",
        "Tickets and hits of all versions, without the control arm.",
    ),
    "corrected": ("corrigido", "corrected"),
    "alerts_title": ("Alertas ativos", "Active alerts"),
    "notifications_title": ("Histórico de notificações", "History of notifications"),
    "notifications_note": ("As mais recentes primeiro.", "The newest first."),
    "no_notifications": ("Nada foi notificado ainda.", "Nothing was notified yet."),
    "period_notifications_title": ("Notificações do período", "Notifications of the period"),
    "no_period_notifications": (
        "Nada foi notificado no período.",
        "Nothing was notified in the period.",
    ),
    "told_firing": ("disparou", "fired"),
    "told_resolved": ("terminou", "ended"),
    "rules_title": ("Regras de alerta", "Alert rules"),
    "rules_note": (
        (
            "Ao acaso: o que a regra faria com um modelo que só sorteia, com um bilhete por"
            " sorteio; 300 sorteios são cerca de um ano. Valor desconhecido: –."
        ),
        (
            "At chance: what the rule would do to a random picker with one ticket a draw; 300"
            " draws are about a year. Unknown value: –."
        ),
    ),
    "no_rules": ("Nenhuma regra foi criada.", "No rule was made."),
    "rule_window": ("{draws} sorteios", "{draws} draws"),
    "rule_firing": ("disparada", "firing"),
    "rule_broken": ("violada, sem notificação", "broken, not notified"),
    "rule_quiet": ("em silêncio", "quiet"),
    "rule_unknown": ("sem valor", "no value"),
    "advice_pending": ("calculando…", "working it out…"),
    "advice_always_broken": (
        "sempre violado ao acaso: em {share} das verificações",
        "always broken at chance: in {share} of looks",
    ),
    "advice_mostly_noise": (
        "ruído: cerca de {episodes} episódios em 300 sorteios, {share} das verificações",
        "noise: about {episodes} episodes in 300 draws, {share} of looks",
    ),
    "advice_noisy": (
        "faz barulho: cerca de {episodes} episódios em 300 sorteios",
        "noisy: about {episodes} episodes in 300 draws",
    ),
    "advice_never_fires": (
        "quase nunca dispara, nem quando deveria",
        "hardly ever fires, not even when it should",
    ),
    "advice_sound": (
        "sólido: menos de 1 episódio em 1.000 sorteios",
        "sound: less than 1 episode in 1,000 draws",
    ),
    "watch_accuracy": ("acurácia", "accuracy"),
    "watch_accuracy_zscore": ("distância do acaso (z)", "distance from chance (z)"),
    "watch_accuracy_trend": ("tendência da acurácia", "trend of accuracy"),
    "watch_accuracy_evidence": (
        "evidência de ser pior que o acaso",
        "evidence of being worse than chance",
    ),
    "watch_confidence": ("confiança média", "mean confidence"),
    "watch_confidence_bias": ("confiança menos acurácia", "confidence minus accuracy"),
    "watch_performance": ("latência média", "mean latency"),
    "watch_performance_response_time": ("latência média", "mean latency"),
    "watch_performance_response_time_p50": ("latência p50", "latency p50"),
    "watch_performance_response_time_p90": ("latência p90", "latency p90"),
    "watch_performance_response_time_p95": ("latência p95", "latency p95"),
    "watch_performance_response_time_p99": ("latência p99", "latency p99"),
    "watch_performance_error_rate": ("taxa de erro", "error rate"),
    "watch_performance_throughput": ("chamadas por minuto", "calls per minute"),
    "watch_performance_cpu": ("processador em uso", "processor in use"),
    "watch_performance_memory": ("memória em uso", "memory in use"),
    "watch_predictions": ("predições", "predictions"),
    "watch_predictions_volume": ("predições", "predictions"),
    "watch_predictions_failures": ("chamadas com falha", "failed calls"),
    "watch_predictions_pending": ("predições sem resultado", "predictions without a result"),
    "watch_predictions_age": ("tempo desde a última predição", "time since the last prediction"),
    "watch_predictions_quarantined": ("registros em quarentena", "records in quarantine"),
    "watch_system": ("sistema saudável (1 ou 0)", "system healthy (1 or 0)"),
    "watch_system_health": ("sistema saudável (1 ou 0)", "system healthy (1 or 0)"),
    "watch_system_cpu": ("processador em uso", "processor in use"),
    "watch_system_memory": ("memória em uso", "memory in use"),
    "watch_system_disk": ("disco em uso", "disk in use"),
    "watch_system_uptime": ("tempo no ar", "time up"),
    "watch_system_spool": ("registros à espera em disco", "records waiting on disk"),
    "watch_system_errors": ("erros no log em 1 h", "errors in the log in 1 h"),
    "watch_system_alerts": ("alertas ativos", "active alerts"),
    "runs_title": ("Retreinamentos", "Retraining runs"),
    "resources_title": ("Sistema", "System"),
    "column_model": ("Versão", "Version"),
    "column_window": ("Janela", "Window"),
    "column_draws": ("Sorteios", "Draws"),
    "column_accuracy": ("Acurácia", "Accuracy"),
    "column_interval": ("IC 95%", "95% CI"),
    "column_chance": ("Acaso", "Chance"),
    "column_z": ("z", "z"),
    "column_p": ("p", "p"),
    "column_verdict": ("Veredito", "Verdict"),
    "column_better_now": ("Melhor, agora", "Better, now"),
    "column_better_peak": ("Melhor, máx.", "Better, peak"),
    "column_worse_now": ("Pior, agora", "Worse, now"),
    "column_worse_peak": ("Pior, máx.", "Worse, peak"),
    "column_change": ("Mudança", "Change"),
    "column_tickets": ("Bilhetes", "Tickets"),
    "column_tickets_at_chance": ("Ao acaso", "At chance"),
    "column_tier": ("Faixa", "Tier"),
    "column_reference": ("Referência", "Reference"),
    "column_trend": ("Por 100 sorteios", "Per 100 draws"),
    "column_mean_confidence": ("Confiança", "Confidence"),
    "column_excess": ("Excesso", "Excess"),
    "column_brier": ("Brier", "Brier"),
    "column_brier_chance": ("Brier do acaso", "Brier of chance"),
    "column_cost": ("Custo", "Cost"),
    "column_prizes": ("Prêmios", "Prizes"),
    "column_net": ("Saldo", "Net"),
    "column_net_at_chance": ("Saldo ao acaso", "Net at chance"),
    "column_draw": ("Sorteio", "Draw"),
    "column_day": ("Dia", "Day"),
    "column_numbers": ("Números", "Numbers"),
    "column_mean_hits": ("Acertos, média", "Hits, mean"),
    "column_best_hits": ("Melhor", "Best"),
    "column_alert": ("Alerta", "Alert"),
    "column_severity": ("Gravidade", "Severity"),
    "column_event": ("Evento", "Event"),
    "column_since": ("Desde", "Since"),
    "column_when": ("Quando", "When"),
    "column_state": ("Estado", "State"),
    "column_summary": ("Resumo", "Summary"),
    "column_rule": ("Regra", "Rule"),
    "column_watches": ("Observa", "Watches"),
    "column_condition": ("Condição", "Condition"),
    "column_value": ("Valor agora", "Value now"),
    "column_at_chance": ("Ao acaso", "At chance"),
    "column_started": ("Início", "Started"),
    "column_outcome": ("Resultado", "Outcome"),
    "column_duration": ("Duração", "Duration"),
    "column_new_version": ("Nova versão", "New version"),
    "column_resource": ("Recurso", "Resource"),
    "column_in_use": ("Em uso", "In use"),
    "severity_info": ("informação", "info"),
    "severity_warning": ("aviso", "warning"),
    "severity_critical": ("crítico", "critical"),
    "outcome_success": ("concluído", "succeeded"),
    "outcome_failed": ("falhou", "failed"),
    "outcome_timeout": ("tempo esgotado", "timed out"),
    "outcome_stopped": ("parado", "stopped"),
    "outcome_interrupted": ("interrompido", "interrupted"),
    "outcome_running": ("em andamento", "under way"),
    "host_cpu_usage_ratio": ("Processador", "Processor"),
    "host_memory_used_ratio": ("Memória", "Memory"),
    "host_disk_used_ratio": ("Disco", "Disk"),
    "process_memory": ("Memória deste processo", "Memory of this process"),
    "uptime": ("No ar há", "Up for"),
    "quarantined": ("Registros em quarentena", "Records in quarantine"),
    # charts
    "accuracy_title": (
        "Acurácia nos últimos {draws} sorteios, sorteio a sorteio",
        "Accuracy over the last {draws} draws, draw by draw",
    ),
    "accuracy_description": (
        (
            "A linha de cada versão move-se com os sorteios; dentro da faixa amarela, em torno de"
            " {chance}, não se distingue de escolher ao acaso."
        ),
        (
            "Each version's line moves with the draws; inside the amber range around"
            " {chance} it"
            " cannot be told from picking at random."
        ),
    ),
    "each_draw": ("{model}, cada sorteio", "{model}, each draw"),
    "hits_title": ("Acertos por bilhete", "Hits per ticket"),
    "hits_description": (
        "Parte dos bilhetes com cada número de acertos, ao lado do que o acaso daria.",
        "Share of tickets with each number of hits, beside what chance would give.",
    ),
    "volume_title": ("Volume, {span}", "Volume, {span}"),
    "volume_description": (
        "Predições e chamadas que falharam, {step}.",
        "Predictions and failed calls, {step}.",
    ),
    "step_24h": ("por hora", "by hour"),
    "step_7d": ("a cada 6 horas", "every 6 hours"),
    "step_30d": ("por dia", "by day"),
    "predictions": ("predições", "predictions"),
    "failures": ("falhas", "failures"),
    "latency_title": ("Latência do preditor, {span}", "Predictor latency, {span}"),
    "latency_description": (
        "Tempo que o preditor informou: metade das chamadas fica abaixo de p50, 99% abaixo de p99.",
        "Time the predictor reported: half of the calls stay below p50, 99% below p99.",
    ),
    "errors_title": ("Taxa de erro, {span}", "Error rate, {span}"),
    "errors_description": (
        "Parte das chamadas que não deu bilhete.",
        "Share of calls that gave no ticket.",
    ),
    "error_rate": ("taxa de erro", "error rate"),
    "calibration_description": (
        (
            "Cada ponto reúne bilhetes de confiança parecida. Na diagonal, o"
            " prometido foi cumprido;"
            " abaixo dela, o modelo promete demais."
        ),
        (
            "Each point gathers tickets of similar confidence. On the diagonal the"
            " promise was kept;"
            " below it the model promises too much."
        ),
    ),
    "kept": ("promessa cumprida", "promise kept"),
    "tickets_of_bin": ("{tickets} bilhetes", "{tickets} tickets"),
    "evidence_description": (
        (
            "O maior valor que cada versão já teve. Só 5% dos modelos ao acaso passam algum dia da"
            " linha em {limit}."
        ),
        (
            "The largest value each version ever had. Only 5% of models at chance"
            " ever pass the line"
            " at {limit}."
        ),
    ),
    "better_peak": ("melhor que o acaso", "better than chance"),
    "worse_peak": ("pior que o acaso", "worse than chance"),
    "evidence_limit": ("limite {limit}", "limit {limit}"),
    "numbers_title": ("Números jogados e sorteados", "Numbers played and drawn"),
    "numbers_description": (
        (
            "Barras: parte dos bilhetes com cada número. Losangos: parte dos sorteios em que saiu;"
            " confere o registro dos resultados e nada diz do próximo sorteio."
        ),
        (
            "Bars: share of tickets with each number. Diamonds: share of draws in which it came up;"
            " a check of the recorded results that says nothing of the next draw."
        ),
    ),
    "played_by": ("jogado por {model}", "played by {model}"),
    "drawn_in": ("sorteado (sorteios: {draws})", "drawn (draws: {draws})"),
    "axis_accuracy": ("acurácia (%)", "accuracy (%)"),
    "axis_draw": ("número do sorteio", "draw number"),
    "axis_hits": ("acertos", "hits"),
    "axis_ticket_share": ("parte dos bilhetes (%)", "share of tickets (%)"),
    "axis_calls": ("chamadas", "calls"),
    "axis_seconds": ("segundos", "seconds"),
    "axis_errors": ("erros (%)", "errors (%)"),
    "axis_time": ("horário ({zone})", "time ({zone})"),
    "axis_confidence": ("confiança prometida (%)", "confidence promised (%)"),
    "axis_evidence": ("valor de evidência", "evidence value"),
    "axis_model": ("versão", "version"),
    "axis_number": ("número", "number"),
    "axis_share": ("frequência (%)", "frequency (%)"),
}
