import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.logs import clean
from exporter.logs.cleaning import LONGEST_TEXT


def test_a_secret_is_hidden_by_the_name_of_its_field() -> None:
    found = clean({"smtp_password": "x", "headers": {"Authorization": 1, "Accept": "y"}})
    assert found == {"smtp_password": "***", "headers": {"Authorization": "***", "Accept": "y"}}


@pytest.mark.parametrize("name", ["pass", "pw", "auth", "key", "db_pass", "apiKey", "Cookie"])
def test_short_names_of_secrets_are_known(name: str) -> None:
    assert clean({name: "x"}) == {name: "***"}


@pytest.mark.parametrize("name", ["idempotency_key", "author", "passes", "groupKey", "keyboard"])
def test_names_that_merely_look_like_them_are_not(name: str) -> None:
    assert clean({name: "x"}) == {name: "x"}


def test_what_follows_the_name_of_a_secret_in_a_list_is_hidden() -> None:
    fields = {
        "argv": ["train", "--password", "x y", "-v"],
        "headers": [("Authorization", "Token x")],
    }
    assert clean(fields) == {
        "argv": ["train", "--password", "***", "-v"],
        "headers": [["Authorization", "***"]],
    }


def test_any_text_is_redacted_wherever_it_stands() -> None:
    fields = {"error": ValueError("?sig=x&a=1"), "deep": [{"text": "Authorization: Token x"}]}
    assert clean(fields) == {"error": "?sig=***&a=1", "deep": [{"text": "Authorization: ***"}]}


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
