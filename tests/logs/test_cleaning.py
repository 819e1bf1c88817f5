import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.logs import clean, redact
from exporter.logs.cleaning import LONGEST_TEXT


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql://user:p@ss/word@db:3306/x", "mysql://user:***@db:3306/x"),
        ("postgresql+psycopg://u:secret@db/x", "postgresql+psycopg://u:***@db/x"),
        ("Authorization: Bearer abc.def", "Authorization: *** ***"),
        ("sent Bearer abc.def, refused", "sent Bearer ***, refused"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/***"),
        ("SMTP_PASSWORD=hunter2 SMTP_PORT=587", "SMTP_PASSWORD=*** SMTP_PORT=587"),
        ("{'password': 'two words', 'port': 1}", "{'password': ***, 'port': 1}"),
        ('{"api_key":"abc"}', '{"api_key":***}'),
        ("senha: abc", "senha: ***"),
        ("draw 2500 of lotofacil at 20:00", "draw 2500 of lotofacil at 20:00"),
    ],
)
def test_a_secret_is_hidden_by_its_looks(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_a_secret_is_hidden_by_the_name_of_its_field() -> None:
    found = clean({"smtp_password": "x", "headers": {"Authorization": 1, "Accept": "y"}})
    assert found == {"smtp_password": "***", "headers": {"Authorization": "***", "Accept": "y"}}


def test_an_empty_secret_is_seen_to_be_empty() -> None:
    assert clean({"token": "", "password": None}) == {"token": "", "password": None}


def test_the_end_of_a_long_text_is_kept() -> None:
    shown = clean({"exception": "x" * 20_000 + "ValueError: the reason"})["exception"]
    assert isinstance(shown, str)
    assert len(shown) < LONGEST_TEXT + 10
    assert shown.endswith("ValueError: the reason")


def test_what_refers_to_itself_ends() -> None:
    loop: dict[str, object] = {}
    loop["self"] = loop
    assert json.dumps(clean(loop))


@pytest.mark.parametrize("text", ["a." * 32_000, "a-" * 32_000, "://x:" * 12_000, "pwd" * 20_000])
def test_no_text_makes_the_search_slow(text: str) -> None:
    start = time.thread_time()  # what other processes do meanwhile does not count
    redact(text)
    assert time.thread_time() - start < 2


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), _VALUES, max_size=4))
def test_anything_becomes_strict_json(fields: dict[str, object]) -> None:
    assert json.loads(json.dumps(clean(fields), allow_nan=False)) is not None


@given(st.text(alphabet=st.characters(blacklist_categories=["Z", "C"]), min_size=8), st.text())
def test_no_password_field_survives(secret: str, around: str) -> None:
    assert clean({"password": secret, "other": around})["password"] == "***"
