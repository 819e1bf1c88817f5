import pytest

from exporter.domain.hosts import LOCAL, KnownHosts, is_loopback, shown


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.4", False),
        ("example.org", False),
    ],
)
def test_which_addresses_are_this_machine(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("localhost", "localhost"),
        ("mail.example.org", "mail.example.org"),
        ("hunter2", "(its value)"),
    ],
)
def test_what_may_be_a_password_is_not_shown_as_a_host(host: str, expected: str) -> None:
    assert shown(host) == expected


@pytest.mark.parametrize(
    "header",
    [
        "localhost",
        "LOCALHOST:5000",
        "localhost.",
        "monitor.localhost:5000",
        "127.0.0.1:5000",
        "[::1]:5000",
        "192.168.0.4",  # through a forwarded port: an address is no page's name
        "",  # HTTP/1.0; browsers always send one
    ],
)
def test_a_server_on_loopback_answers_to_its_own_names(header: str) -> None:
    assert LOCAL.fault(header) == ""


@pytest.mark.parametrize(
    "header",
    [
        "evil.example",
        "evil.example:5000",
        "localhost.evil.example",
        "notlocalhost",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "[::1].evil.example",
        "localhost evil.example",
        "évil.example",
    ],
)
def test_and_to_no_other_name(header: str) -> None:
    assert LOCAL.fault(header).startswith(f"Host: {header!r} is not known here")


def test_a_fault_stays_one_short_line_whatever_was_sent() -> None:
    fault = LOCAL.fault("a\n" * 5000)
    assert len(fault) < 400
    assert "\n" not in fault


def test_names_that_were_told_are_known_and_leave_the_others_out() -> None:
    hosts = KnownHosts.of("0.0.0.0", ["exporter"])
    assert hosts.fault("EXPORTER:5000") == ""
    assert hosts.fault("localhost:5000") == ""
    assert hosts.fault("evil.example") != ""


def test_beyond_loopback_a_server_whose_names_nobody_told_answers_to_any() -> None:
    assert KnownHosts.of("0.0.0.0", []).fault("monitor.empresa.com") == ""
    assert KnownHosts.of("127.0.0.1", []) == LOCAL
