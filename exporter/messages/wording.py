"""Numbers and moments as the operator's language writes them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from exporter.domain.moments import from_micros
from exporter.domain.verdicts import Standing
from exporter.messages import Language, Text, figures

NOTHING = "–"
_STANDINGS = {
    Standing.UNKNOWN: Text("sem dados", "no data"),
    Standing.CHANCE: Text("indistinguível do acaso", "indistinguishable from chance"),
    Standing.BETTER: Text("melhor que o acaso", "better than chance"),
    Standing.WORSE: Text("pior que o acaso", "worse than chance"),
}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


class Wording:
    """Texts of one language; moments are shown in `zone`. None is shown as a dash."""

    def __init__(self, language: Language, zone: str) -> None:
        self.language = language
        self.zone = zone
        self._portuguese = language is Language.PT_BR

    def __call__(self, text: Text, **values: object) -> str:
        """The text with its placeholders filled in."""
        return text.to(self.language, **values)

    def number(self, value: float | None, digits: int = 0) -> str:
        """1234.5 -> 1.234,5 or 1,234.5."""
        return NOTHING if value is None else figures.number(value, digits, self.language)

    def expected(self, count: float) -> str:
        """An expected count with two digits, or that it is below a hundredth."""
        return f"< {self.number(0.01, 2)}" if 0 < count < 0.01 else self.number(count, 2)

    def percent(self, ratio: float | None, digits: int = 1) -> str:
        """0.605 -> 60,5%."""
        return NOTHING if ratio is None else f"{self.number(100 * ratio, digits)}%"

    def points(self, difference: float | None) -> str:
        """A difference of ratios in percentage points, with its sign."""
        if difference is None:
            return NOTHING
        unit = "p.p." if self._portuguese else "pp"
        return f"{'+' if difference > 0 else ''}{self.number(100 * difference, 1)} {unit}"

    def interval(self, low: float | None, high: float | None) -> str:
        """Both ends as percentages."""
        if low is None or high is None:
            return NOTHING
        return f"{self.number(100 * low, 1)}–{self.percent(high)}"

    def money(self, cents: int) -> str:
        """Reais."""
        return f"{'−' if cents < 0 else ''}R$ {self.number(abs(cents) / 100, 2)}"

    def p_value(self, value: float | None) -> str:
        """Two figures, or that it is below a thousandth."""
        if value is not None and value < 0.001:
            return f"< {self.number(0.001, 3)}"
        return self.number(value, 2 if value is None or value >= 0.01 else 3)

    def evidence(self, value: float | None) -> str:
        """An e-value: small ones with two figures, astronomic ones as a power of ten."""
        return NOTHING if value is None else figures.evidence(value, self.language)

    def seconds(self, value: float | None) -> str:
        """Milliseconds below one second, else the two largest units."""
        if value is None:
            return NOTHING
        if value < 1:
            return f"{self.number(1000 * value)} ms"
        return f"{self.number(value, 1)} s" if value < 60 else _long(int(value))

    def size(self, value: float | None) -> str:
        """Bytes in decimal units."""
        if value is None:
            return NOTHING
        for factor, unit in _SIZES:
            if value >= factor:
                return f"{self.number(value / factor, 1)} {unit}"
        return f"{self.number(value)} B"

    def local(self, micros: int) -> datetime:
        """The moment on the clock of `zone`."""
        return from_micros(micros).astimezone(ZoneInfo(self.zone))

    def moment(self, micros: int | None) -> str:
        """Day and time."""
        if micros is None:
            return NOTHING
        return f"{self.local(micros):{'%d/%m/%Y' if self._portuguese else '%Y-%m-%d'} %H:%M}"

    def day(self, micros: int | None) -> str:
        """The day alone."""
        return self.moment(micros).partition(" ")[0]

    def standing(self, standing: Standing) -> str:
        """The verdict in plain words."""
        return self(_STANDINGS[standing])


def _long(seconds: int) -> str:
    parts = []
    for length, unit in _UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
