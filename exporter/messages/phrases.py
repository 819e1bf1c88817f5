"""Words that several places of the pages and commands say."""

from exporter.domain.verdicts import Standing
from exporter.messages import Text

CHANCE = Text("acaso", "chance")
CHANCE_RANGE = Text("faixa de 95% do acaso", "95% range of chance")
EXPECTED = Text("esperado ao acaso", "expected at chance")
CONTROL_ARM = Text("controle", "control arm")
NO_RESULT_YET = Text(
    "Nenhum bilhete conferido ainda: registre o resultado do sorteio.",
    "No ticket scored yet: record the draw's result.",
)
NO_CONFIDENCE_YET = Text(
    "Nenhum bilhete conferido trazia confiança.", "No scored ticket carried a confidence."
)
NO_CALLS = Text("Nenhuma chamada no período.", "No calls in the period.")
NO_LATENCY = Text(
    "Nenhuma predição do período trazia a latência.",
    "No prediction of the period carried its latency.",
)
NO_DRAW_YET = Text("Nenhum resultado registrado.", "No result recorded.")
NO_ALERTS = Text("nenhum alerta ativo", "no active alerts")
LAST_DRAW = Text("último sorteio", "last draw")
SINCE_START = Text("desde o início", "since the start")
EVIDENCE_TITLE = Text("Evidência contra o acaso", "Evidence against chance")
CALIBRATION_TITLE = Text("Confiança prometida e cumprida", "Confidence promised and kept")
HITS_TITLE = Text("Acertos por bilhete", "Hits per ticket")
AXIS_ACCURACY = Text("acurácia (%)", "accuracy (%)")
#: The verdict on a reference, in plain words.
KEPT = {
    Standing.UNKNOWN: Text("sem dados", "no data"),
    Standing.CHANCE: Text("não refutada", "not refuted"),
    Standing.WORSE: Text("abaixo da referência", "below the reference"),
    Standing.BETTER: Text("acima da referência", "above the reference"),
}
