import pytest

from exporter.messages import Language
from exporter.messages.wording import Wording

PT = Wording(Language.PT_BR, "America/Sao_Paulo")
EN = Wording(Language.EN, "America/Sao_Paulo")


@pytest.mark.parametrize(
    ("shown", "portuguese", "english"),
    [
        (lambda say: say.number(1234.5, 1), "1.234,5", "1,234.5"),
        (lambda say: say.number(-0.94, 2), "−0,94", "−0.94"),
        (lambda say: say.percent(0.605), "60,5%", "60.5%"),
        (lambda say: say.points(0.108), "+10,8 p.p.", "+10.8 pp"),
        (lambda say: say.points(-0.004), "−0,4 p.p.", "−0.4 pp"),
        (lambda say: say.interval(0.57, 0.612), "57,0–61,2%", "57.0–61.2%"),
        (lambda say: say.interval(None, 0.6), "–", "–"),
        (lambda say: say.money(-52_800), "−R$ 528,00", "−R$ 528.00"),
        (lambda say: say.p_value(0.35), "0,35", "0.35"),
        (lambda say: say.p_value(0.004), "0,004", "0.004"),
        (lambda say: say.p_value(1e-9), "< 0,001", "< 0.001"),
        (lambda say: say.evidence(2.456), "2,46", "2.46"),
        (lambda say: say.evidence(151.2), "151", "151"),
        (lambda say: say.evidence(1.7976931348623157e308), "10³⁰⁸", "10³⁰⁸"),
        (lambda say: say.seconds(0.0889), "89 ms", "89 ms"),
        (lambda say: say.seconds(2.5), "2,5 s", "2.5 s"),
        (lambda say: say.seconds(95), "1 min 35 s", "1 min 35 s"),
        (lambda say: say.seconds(90_061), "1 d 1 h", "1 d 1 h"),
        (lambda say: say.size(84_300_000), "84,3 MB", "84.3 MB"),
        (lambda say: say.size(12), "12 B", "12 B"),
        (lambda say: say.moment(1_718_406_000_000_000), "14/06/2024 20:00", "2024-06-14 20:00"),
        (lambda say: say.day(1_718_406_000_000_000), "14/06/2024", "2024-06-14"),
    ],
)
def test_figures_are_written_as_the_language_does(shown, portuguese, english) -> None:  # type: ignore[no-untyped-def]  # one lambda per row
    assert (shown(PT), shown(EN)) == (portuguese, english)


def test_what_is_not_known_is_a_dash() -> None:
    shown = (PT.number, PT.percent, PT.points, PT.p_value, PT.evidence, PT.seconds, PT.size)
    assert {show(None) for show in shown} == {"–"}
    assert PT.moment(None) == "–"


def test_what_is_rarer_than_two_digits_tell_is_not_said_to_be_nothing() -> None:
    say = Wording(Language.PT_BR, "UTC")
    assert [say.expected(value) for value in (0, 0.004, 0.01, 17.1)] == [
        *("0,00", "< 0,01", "0,01", "17,10")
    ]
