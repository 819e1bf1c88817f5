"""Results that wait: delivered again after a crash, they are still the same records."""

from sqlalchemy import Engine, func, select

from exporter.domain.definitions import KNOWN_GAMES
from exporter.services.envelopes import Quarantined, SpooledResult
from exporter.services.prepared_database import PreparedDatabase
from exporter.services.sql_delivery import SqlDelivery
from exporter.storage import quarantine
from exporter.storage.engine import reading, writing
from exporter.storage.schema import draw_corrections

FIRST, LAST = (1 << 15) - 1, ((1 << 15) - 1) << 10
DRAWN_AT = 1_706_742_000_000_000


def result(numbers: int, accepted_at: int) -> SpooledResult:
    return SpooledResult("lotofacil", 3010, DRAWN_AT, str(numbers), {}, "test", accepted_at)


def test_a_result_and_its_correction_delivered_twice_are_one_correction(engine: Engine) -> None:
    delivery = SqlDelivery(PreparedDatabase(engine), KNOWN_GAMES, lambda: 9)
    waiting = [result(FIRST, 1), result(LAST, 2)]
    for _ in range(3):
        delivery.deliver(waiting)
    with reading(engine) as connection:
        count = select(func.count()).select_from(draw_corrections)
        assert connection.execute(count).scalar_one() == 1


def test_a_quarantined_record_delivered_again_stays_mended(engine: Engine) -> None:
    delivery = SqlDelivery(PreparedDatabase(engine), KNOWN_GAMES, lambda: 9)
    broken = Quarantined("result", "lotofacil", "3010", "outside", "{}", 1)
    delivery.deliver([broken, result(FIRST, 2)])
    delivery.deliver([broken])
    with writing(engine) as connection:
        assert quarantine.waiting(connection) == {}
    delivery.deliver([broken._replace(quarantined_at=3)])
    with writing(engine) as connection:
        assert quarantine.waiting(connection) == {("lotofacil", "result"): 1}
