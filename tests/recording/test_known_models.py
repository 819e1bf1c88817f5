"""What is remembered of model versions, and when it is asked for again."""

from exporter.domain.moments import SECOND
from exporter.recording.destination import DestinationAway, GameModels
from exporter.recording.known_models import KnownModels

GAME = "lotofacil"


class Destination:
    """Tells what it is set to, and counts how often it was asked; None: it does not answer."""

    def __init__(self, models: GameModels | None = None) -> None:
        self.models = models
        self.asked = 0
        self.now = 0
        self.known = KnownModels(self.ask, lambda: self.now)

    def ask(self, game: str) -> GameModels:
        assert game == GAME
        self.asked += 1
        if self.models is None:
            raise DestinationAway("away")
        return self.models

    def wait(self) -> None:
        self.now += 10 * SECOND


def test_nobody_knows_before_somebody_answers() -> None:
    it = Destination()
    assert (it.known.in_use(GAME), it.known.role(GAME, "v1")) == (None, None)
    it.models = GameModels("v1", {"v1": "model"})
    assert (it.known.in_use(GAME), it.known.role(GAME, "v1")) == ("v1", "model")


def test_what_was_known_serves_while_nobody_answers() -> None:
    it = Destination(GameModels("v1", {"v1": "model"}))
    assert it.known.in_use(GAME) == "v1"
    it.models = None
    it.wait()
    assert (it.known.in_use(GAME), it.known.role(GAME, "v1")) == ("v1", "model")


def test_a_promotion_is_seen_after_a_while_or_at_once_where_it_was_made() -> None:
    it = Destination(GameModels(None, {}))
    assert it.known.in_use(GAME) == "unversioned"
    it.models = GameModels("v2", {"v2": "model"})
    assert it.known.in_use(GAME) == "unversioned"
    it.known.forget(GAME)
    assert it.known.in_use(GAME) == "v2"


def test_a_role_that_is_not_known_is_asked_for_at_once() -> None:
    it = Destination(GameModels(None, {}))
    assert it.known.role(GAME, "v1") is None
    it.models = GameModels(None, {"v1": "control"})
    assert it.known.role(GAME, "v1") == "control"
    asked = it.asked
    assert it.known.role(GAME, "v1") == "control"
    assert it.asked == asked
