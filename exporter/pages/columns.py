"""The headings of tables: what a column holds has one name in all of them."""

from exporter.messages import Text
from exporter.messages.wording import Wording

HEADINGS = {
    "model": Text("Versão", "Version"),
    "window": Text("Janela", "Window"),
    "draws": Text("Sorteios", "Draws"),
    "accuracy": Text("Acurácia", "Accuracy"),
    "interval": Text("IC 95%", "95% CI"),
    "chance": Text("Acaso", "Chance"),
    "z": Text("z", "z"),
    "p": Text("p", "p"),
    "verdict": Text("Veredito", "Verdict"),
    "better_now": Text("Melhor, agora", "Better, now"),
    "better_peak": Text("Melhor, máx.", "Better, peak"),
    "worse_now": Text("Pior, agora", "Worse, now"),
    "worse_peak": Text("Pior, máx.", "Worse, peak"),
    "change": Text("Mudança", "Change"),
    "tickets": Text("Bilhetes", "Tickets"),
    "tickets_at_chance": Text("Ao acaso", "At chance"),
    "tier": Text("Faixa", "Tier"),
    "reference": Text("Referência", "Reference"),
    "trend": Text("Por 100 sorteios", "Per 100 draws"),
    "mean_confidence": Text("Confiança", "Confidence"),
    "excess": Text("Excesso", "Excess"),
    "brier": Text("Brier", "Brier"),
    "brier_chance": Text("Brier do acaso", "Brier of chance"),
    "cost": Text("Custo", "Cost"),
    "prizes": Text("Prêmios", "Prizes"),
    "net": Text("Saldo", "Net"),
    "net_at_chance": Text("Saldo ao acaso", "Net at chance"),
    "draw": Text("Sorteio", "Draw"),
    "day": Text("Dia", "Day"),
    "numbers": Text("Números", "Numbers"),
    "mean_hits": Text("Acertos, média", "Hits, mean"),
    "best_hits": Text("Melhor", "Best"),
    "alert": Text("Alerta", "Alert"),
    "severity": Text("Gravidade", "Severity"),
    "event": Text("Evento", "Event"),
    "since": Text("Desde", "Since"),
    "when": Text("Quando", "When"),
    "state": Text("Estado", "State"),
    "summary": Text("Resumo", "Summary"),
    "rule": Text("Regra", "Rule"),
    "watches": Text("Observa", "Watches"),
    "condition": Text("Condição", "Condition"),
    "value": Text("Valor agora", "Value now"),
    "at_chance": Text("Ao acaso", "At chance"),
    "started": Text("Início", "Started"),
    "outcome": Text("Resultado", "Outcome"),
    "duration": Text("Duração", "Duration"),
    "new_version": Text("Nova versão", "New version"),
    "resource": Text("Recurso", "Resource"),
    "in_use": Text("Em uso", "In use"),
}


def headings(say: Wording, *names: str) -> list[str]:
    """The headings of these columns. Raises KeyError for one that is not known."""
    return [say(HEADINGS[name]) for name in names]
