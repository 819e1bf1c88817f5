"""No secret survives in any of the places that secrets stand in, and ordinary text stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.redaction import redact

#: What is written -> what is shown.
EXAMPLES = [
    # addresses
    ("mysql://user:p@ss/word@db:3306/x", "mysql://user:***@db:3306/x"),
    ("postgresql+psycopg://u:secret@db/x", "postgresql+psycopg://u:***@db/x"),
    ("cloned https://ghp_abc@github.com/x/y", "cloned https://***@github.com/x/y"),
    ("GET /feed?key=S1&page=2 HTTP/1.1", "GET /feed?key=***&page=2 HTTP/1.1"),
    ("https://h/a?sv=1&sig=S%2B1&sp=r", "https://h/a?sv=1&sig=***&sp=r"),
    ("https://h/a?auth=S1#top", "https://h/a?auth=***"),
    ("https://S:x-oauth-basic@h, https://S:@h", "https://***@h, https://***@h"),
    ("?a=1\\u0026key=S", "?a=1\\u0026key=***"),
    ("next=%2Fx%3Ftoken%3DS1&page=2", "next=%2Fx%3Ftoken%3D***&page=2"),
    # webhooks
    ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/***"),
    ("with url: /services/T0AB/B0CD/xyz (Caused", "with url: /services/*** (Caused"),
    ("https://discord.com/api/webhooks/12/abc", "https://discord.com/api/webhooks/***"),
    ("with url: /api/v10/webhooks/12/abc (C", "with url: /api/v10/webhooks/*** (C"),
    (
        "https:\\/\\/discord.com\\/api\\/webhooks\\/1\\/S",
        "https:\\/\\/discord.com\\/api\\/webhooks\\/***",
    ),
    ("https://x.webhook.office.com/webhookb2/a@b/S", "https://x.webhook.office.com/webhookb2/***"),
    ("https://api.telegram.org/bot12:ab-C/send", "https://api.telegram.org/bot***"),
    ("https://outlook.office.com/webhook/a@b/I/S/c", "https://outlook.office.com/webhook/***"),
    # headers
    ("Authorization: Bearer abc.def", "Authorization: ***"),
    ("sent Bearer abc.def, refused", "sent Bearer ***, refused"),
    ("Authorization: Token abc", "Authorization: ***"),
    ("Proxy-Authorization: ApiKey a:b", "Proxy-Authorization: ***"),
    ('authorization: Digest username="bob", response="5f"', "authorization: ***"),
    ('Digest username="bob", response="5f"', "Digest ***"),
    ("{'Authorization': 'Token abc', 'Accept': '*/*'}", "{'Authorization': ***, 'Accept': '*/*'}"),
    ("[('Authorization', 'Token abc'), ('A', 'b')]", "[('Authorization', ***), ('A', 'b')]"),
    ("headers['Authorization'] = 'Token abc'", "headers['Authorization'] = ***"),
    ("Cookie: a=1; session=abc\nHost: x", "Cookie: ***\nHost: x"),
    ("Set-Cookie: a=1; Path=/", "Set-Cookie: ***"),
    ("X-Api-Key: abc", "X-Api-Key: ***"),
    # names and values
    ("SMTP_PASSWORD=hunter2 SMTP_PORT=587", "SMTP_PASSWORD=*** SMTP_PORT=587"),
    ("SMTP_PASSWORD=abcd efgh ijkl SMTP_PORT=587", "SMTP_PASSWORD=*** SMTP_PORT=587"),
    ("password: a,b;c&d, port: 5", "password: ***, port: 5"),
    ("{'password': 'two words', 'port': 1}", "{'password': ***, 'port': 1}"),
    ('{"password": "a\\"b", "port": 1}', '{"password": ***, "port": 1}'),
    ('"{\\"password\\":\\"S\\",\\"port\\":1}"', '"{\\"password\\":***,\\"port\\":1}"'),
    ('{\\\\\\"token\\\\\\": \\\\\\"S\\\\\\", 1}', '{\\\\\\"token\\\\\\": ***, 1}'),
    ("password='it''s', x", "password=***, x"),
    ("password=b'a b', x=1", "password=***, x=1"),
    ('password="cut off', "password=***"),
    ('{"api_key":"abc"}', '{"api_key":***}'),
    ("{'pass': 'S', 'pw': 'S', 'auth': 'S'}", "{'pass': ***, 'pw': ***, 'auth': ***}"),
    ("db_pass=S dbPass=S", "db_pass=*** dbPass=***"),
    ("senha: abc", "senha: ***"),
    # commands
    ("['train', '--password', 'S', '-v']", "['train', '--password', ***, '-v']"),
    ('["--api-key","S","-v"]', '["--api-key",***,"-v"]'),
    ("train --password S --port 5", "train --password *** --port 5"),
    ("train --token='a b' --port 5", "train --token=*** --port 5"),
    ("curl -u ana:S https://host", "curl -u ana:*** https://host"),
    ("get(auth=('ana', 'S'), url=x)", "get(auth=***, url=x)"),
    ("password=p(s)s1 port=5", "password=*** port=5"),
    ("password='a'b port=5", "password=***"),
    ("<password>S</password>", "<password>***"),
    # SQL
    ("ALTER USER x PASSWORD 'S''s' VALID", "ALTER USER x PASSWORD *** VALID"),
    ("CREATE USER x IDENTIFIED BY 'S'; ok", "CREATE USER x IDENTIFIED BY ***; ok"),
    ("IDENTIFIED WITH sha2 BY 'S' x", "IDENTIFIED WITH sha2 BY *** x"),
    ("SET PASSWORD FOR 'a'@'b' = PASSWORD('S')", "SET PASSWORD FOR 'a'@'b' = PASSWORD(***)"),
    # keys
    (
        "x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y",
        "x *** y",
    ),
    ("-----BEGIN PRIVATE KEY-----\\nabc, cut", "***"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----", "***"),
    ("abc\ndef\n-----END EC PRIVATE KEY-----\nready", "***\nready"),
]
ORDINARY = [
    "draw 2500 of lotofacil at 20:00",
    "idempotency_key=abc of game=lotofacil",
    "group_key: {alertname=x}",
    "author: Ana, authority=none, monkey=1, compass: north, passes=3, passed: 12, keyboard=abnt2",
    "duplicate key value violates unique constraint",
    'Key (idempotency_key)=(abc) already exists: "predictions"',
    "KeyError: 'numbers'",
    "password authentication failed for user bob",
    "Access denied for user 'x'@'y' (using password: YES)",
    "the token is looked at before the body",
    "basic auth is refused",
    "GET /api/metrics/live?game=lotofacil&window=30 HTTP/1.1",
    "http://localhost:5000/dashboard answers",
    "ana@example.com and bob@example.com",
    "numbers: 1, 2, 3 of 15; signal 9; assign=1; design: new",
    "A chave (`idempotency_key`) de uma predição apagada é esquecida",
    "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
    "secretary: Ana, tokenizer: bpe, pass rate 0.9, pass_rate=0.9, bypass=1",
    "robots: /both/ways, /services/status",
]
#: Where a secret stands as one word; where it may hold spaces; where any sign but a line's end.
WORDS = [
    "https://{}@host/x",
    "GET /?key={} HTTP/1.1",
    "/x?a=1&sig={}",
    "auth={}",
    "https://discord.com/api/webhooks/1/{}",
    "https://hooks.slack.com/services/T0/B0/{}",
    "/webhookb2/1@2/IncomingWebhook/{}/3",
    "/bot123:{}/sendMessage",
    "sent Bearer {}",
    "--token {} --port 5",
    "api_key={}, port=5",
]
PHRASES = [
    "password={}",
    "DB_PASS: {}, port: 5",
    "senha: {}\nport: 5",
    "Authorization: Token {}",
    "Cookie: a=1; b={}",
]
QUOTED = [
    'x password="{}" port=5',
    '{{"api_key": "{}", "port": 5}}',
    '["--password", "{}", "-v"]',
    '{{"pw": "{}"}}',
    '("Authorization", "{}")',
    'CREATE USER x PASSWORD "{}"',
]
_SIGNS = "abcXYZ0189-_.~!*$%"
WORD = st.text(_SIGNS, min_size=4, max_size=40).map("S3".__add__)
PHRASE = st.lists(
    st.text(f"{_SIGNS}()[]{{}}<>|^/@#?+", min_size=4).map("S3".__add__), min_size=1, max_size=4
).map(" ".join)


@pytest.mark.parametrize(("text", "shown"), EXAMPLES)
def test_a_secret_is_hidden_and_the_rest_stays(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(("text", "shown"), EXAMPLES)
def test_what_is_clean_stays_so(text: str, shown: str) -> None:
    assert "S1" not in redact(redact(text))
    assert redact(shown).count("***") >= shown.count("***")


@given(template=st.sampled_from(WORDS), secret=WORD, before=st.text(), after=st.text())
def test_no_word_survives(template: str, secret: str, before: str, after: str) -> None:
    assert secret not in redact(f"{before}\n{template.format(secret)}\n{after}")


@given(template=st.sampled_from(PHRASES), secret=PHRASE, before=st.text(), after=st.text())
def test_no_phrase_survives(template: str, secret: str, before: str, after: str) -> None:
    shown = redact(f"{before}\n{template.format(secret)}\n{after}")
    assert not any(word in shown for word in secret.split())


@given(
    template=st.sampled_from(QUOTED),
    secret=PHRASE,
    middle=st.text("\"\\'", max_size=3),
    levels=st.integers(0, 3),
)
def test_nothing_quoted_survives(template: str, secret: str, middle: str, levels: int) -> None:
    """However often it was written as JSON within JSON, and whatever quotes it holds."""
    text = template.format(escaped(secret + middle + secret))
    for _ in range(levels):
        text = escaped(text)
    assert not any(word in redact(text) for word in secret.split())


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


HOSTILE = [
    "a.", "a-", "://x:", "pwd", "pwd=", "password:", "password='", 'password="\\', "key=",
    "password ", "password\t\t\t\t", "a=,;& ", "token", "token-", "--token ", "Authorization: ",
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "-----BEGIN ", "https://hooks.",
    "/api/webhooks/", "\\/", "://", "PASSWORD FOR ", "IDENTIFIED WITH ", "cookie: ", "\\\\\\\\",
    "'", '"', "','", "passwd passwd", "identified by ", "%3D", "sig", "-", "a@", "digest a=",
    "key=(", "pass ({", "-u ", "auth='\\", "\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("start", ["", "password=", "--pwd "])
def test_no_text_makes_the_search_slow(piece: str, start: str) -> None:
    text = start + piece * (32_000 // len(piece))
    begun = time.thread_time()  # what other processes do meanwhile does not count
    redact(text)
    assert time.thread_time() - begun < 1
