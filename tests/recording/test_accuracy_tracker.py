"""Results that wait: delivered again after a crash, they are still the same records."""

import json

from sqlalchemy import Engine, func, select, update

from exporter.recording.envelopes import Quarantined, SpooledResult
from exporter.storage import quarantine, schema
from exporter.storage.draws import DrawIsClosed
from exporter.storage.engine import reading, writing
from exporter.storage.schema import draw_corrections, draws
from tests.recording.destinations import handover

FIRST, LAST = (1 << 15) - 1, ((1 << 15) - 1) << 10
DRAWN_AT = 1_706_742_000_000_000


def result(numbers: int, accepted_at: int) -> SpooledResult:
    return SpooledResult("lotofacil", 3010, DRAWN_AT, str(numbers), {}, "test", accepted_at)


def test_a_result_and_its_correction_delivered_twice_are_one_correction(engine: Engine) -> None:
    delivery = handover(engine)
    waiting = [result(FIRST, 1), result(LAST, 2)]
    for _ in range(3):
        delivery.deliver(waiting)
    with reading(engine) as connection:
        count = select(func.count()).select_from(draw_corrections)
        assert connection.execute(count).scalar_one() == 1


def test_a_key_that_came_with_another_result_is_not_recorded(engine: Engine) -> None:
    delivery = handover(engine)
    first, other = result(FIRST, 1)._replace(key="k"), result(LAST, 2)
    for _ in range(2):
        delivery.deliver([first, other, first._replace(accepted_at=3)])
    for _ in range(2):
        delivery.deliver([other._replace(key="k", accepted_at=4), first._replace(number=3009)])
    with reading(engine) as connection:
        (found,) = connection.execute(select(draws.c.number, draws.c.numbers)).all()
        assert tuple(found) == (3010, LAST)
    why = "idempotency_key: 'k' was used before for another result"
    assert quarantined(engine) == {("lotofacil", "3009", why, 1), ("lotofacil", "3010", why, 4)}


def quarantined(engine: Engine) -> set[tuple[str, str, str, int]]:
    c = schema.quarantine.c
    kept = select(c.game, c.key, c.reason, c.quarantined_at).where(c.kind == "result")
    with reading(engine) as connection:
        return {(game, key, reason, at) for game, key, reason, at in connection.execute(kept)}


def test_a_correction_of_a_closed_draw_goes_to_quarantine_and_holds_up_nothing(
    engine: Engine,
) -> None:
    delivery = handover(engine)
    delivery.deliver([result(FIRST, 1)])
    with writing(engine) as connection:
        connection.execute(update(draws).values(cleaned=1))
    for _ in range(2):
        delivery.deliver([result(LAST, 2), result(LAST, 3)._replace(number=3011)])
    with reading(engine) as connection:
        assert set(connection.execute(select(draws.c.number)).scalars()) == {3010, 3011}
        told = json.loads(connection.execute(select(schema.quarantine.c.body)).scalar_one())
    assert told["winning_numbers"] == list(range(11, 26))
    assert quarantined(engine) == {("lotofacil", "3010", str(DrawIsClosed(3010, 1)), 2)}


def test_a_quarantined_record_delivered_again_stays_mended(engine: Engine) -> None:
    delivery = handover(engine)
    broken = Quarantined("result", "lotofacil", "3010", "outside", "{}", 1)
    delivery.deliver([broken, result(FIRST, 2)])
    delivery.deliver([broken])
    with writing(engine) as connection:
        assert quarantine.waiting(connection) == {}
    delivery.deliver([broken._replace(quarantined_at=3)])
    with writing(engine) as connection:
        assert quarantine.waiting(connection) == {("lotofacil", "result"): 1}
