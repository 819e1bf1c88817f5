import socket
from collections.abc import Iterator

import pytest

from exporter.stack.local.ports import Moved, PortTaken, Wanted, choose, is_free
from tests.servers.ports import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))  # with neighbours that nobody is lent
        listener.listen()
        yield listener.getsockname()[1]


def test_a_default_that_is_in_use_moves_and_says_so(taken: int) -> None:
    ports, moved = choose([Wanted("EXPORTER_PORT", taken, chosen=False)])
    assert ports["EXPORTER_PORT"] > taken
    assert moved == [Moved("EXPORTER_PORT", taken, ports["EXPORTER_PORT"])]
    assert is_free(ports["EXPORTER_PORT"])


def test_a_chosen_port_that_is_in_use_is_refused_with_its_setting(taken: int) -> None:
    with pytest.raises(PortTaken, match=f"port {taken} is in use; EXPORTER_PORT chooses another"):
        choose([Wanted("EXPORTER_PORT", taken, chosen=True)])


def test_two_services_do_not_share_a_port(taken: int) -> None:
    wanted = [Wanted(name, taken, chosen=False) for name in ("A", "B", "C")]
    ports, _ = choose(wanted)
    assert len({*ports.values(), taken}) == 4
