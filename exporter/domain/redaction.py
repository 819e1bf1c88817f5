r"""No secret in what people read: found by the name it stands beside, or by the looks of its place.

A table of kinds, each one pattern; what its group `head` matches stays, the rest becomes ***. Two
rules hold for all of them: in doubt too much is hidden, and every repetition that could be tried
again from the next sign is bounded, so that no text makes the search slow.
"""

import re
from functools import lru_cache
from typing import Final

HIDDEN: Final = "***"

#: Names of what may have spaces in it, and of what has none. Short ones count as a whole word only
#: (`db_pass`, `?key=`), since `passed`, `author` and `idempotency_key` are no secrets.
_PHRASES = (
    r"(?:(?:passw(?:or)?d|passphrase|pwd|senha|secret(?!ar)|segredo|credential)[\w-]{0,40}"
    r"|(?:(?<![a-z0-9])|(?-i:(?<=[a-z])(?=P)))(?:pass|pw)(?![\w-]))"
)
_WORDS = (
    r"(?:(?:token(?!iz)|signature|apikey"
    r"|(?:api|access|account|encryption|master|private|shared|signing)[_-]?key"
    r"|chave[_-](?:api|privada|secreta))[\w-]{0,40}"
    r"|(?:(?<![a-z0-9])|(?<=%3f)|(?<=%26)|(?<=\\u0026))(?:auth|sig)(?![\w-])"
    r"|(?:(?<![\w-])|(?<=%3f)|(?<=%26)|(?<=\\u0026)|(?<=--))key(?![\w-]))"
)
_HEADERS = r"(?:authorization|cookie)[\w-]{0,40}"
_NAMES = f"(?:{_PHRASES}|{_WORDS}|{_HEADERS})"

#: Between a name and its value: `=`, `: `, `":"`, `\":\"`, `'] = `, `", "` of a list, `>`, `%3D`.
_IS = (
    r"(?:(?:\\{0,7}[\"']|%22)?\]?\s{0,9}(?:[=:]{1,2}>?|>|%3[AD])\s{0,9}"
    r"|\\{0,7}[\"']\s{0,9},\s{0,9})"
)
#: To the same quote, where no backslash and no quote stands before it and nothing follows; else on.
_QUOTED = (
    r"[a-z]{0,2}(?P<quote>\\{0,7}[\"'])"
    r"(?:(?P=quote)(?!(?P=quote)|\w)|.{1,2000}?(?<![\\\"'])(?P=quote)(?!(?P=quote)|\w)|.*)"
)
#: The beginning of a tuple, a list or a call: what is in it belongs to the value.
_BRACKETED = r"(?:[\w.]{0,40}[\[({][^\])}\n]{0,2000})?"
_WORD = rf"{_BRACKETED}[^\s,;&]+"
#: Up to the next `name=`, `name: ` or `--option`.
_NEXT = r"[\s,;&]{1,9}(?:--?[a-z]|[\"'\\]{0,4}[\w.-]{1,40}[\"'\\]{0,4}\s{0,3}[=:])"
_PHRASE = rf"{_BRACKETED}(?:(?!{_NEXT}).)+"
_KEY = "[A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,9}"
_SLASH = r"\\{0,3}/"
_WEBHOOKS = "|".join(
    (
        rf"https?:{_SLASH}{_SLASH}hooks\.[^\s/\\]{{1,200}}{_SLASH}",  # Slack, Zapier, ...
        rf"{_SLASH}services{_SLASH}(?=T\w{{1,30}}\\{{0,3}}/B)",  # Slack, as a path alone
        rf"{_SLASH}api(?:{_SLASH}v\d{{1,2}})?{_SLASH}webhooks{_SLASH}",  # Discord
        rf"{_SLASH}webhook(?:b2)?{_SLASH}(?=\S{{1,100}}@)",  # Teams
        rf"{_SLASH}bot(?=\d{{1,20}}(?::|%3A))",  # Telegram
    )
)


class SecretPlace:
    """A place where secrets stand, looked for in a text that holds one of the `hints` only."""

    def __init__(self, hints: str, pattern: str) -> None:
        self.hints = hints.split()
        self.pattern = re.compile(pattern, re.IGNORECASE)


_KINDS: Final = {
    "private key": SecretPlace(
        "-----",
        rf"(?s:-----BEGIN {_KEY}-----.*?(?:-----END {_KEY}-----|\Z))"
        rf"|(?s:\A(?:(?!-----BEGIN ).)*?-----END {_KEY}-----)",  # its start was cut off
    ),
    "token as the user of an address": SecretPlace(
        "://", r"(?P<head>://)[^\s/?#@:\"']{1,300}(?::(?:x-oauth-basic)?)?(?=@)"
    ),
    "password in an address": SecretPlace(
        "://",  # it may hold any sign but a space, also '@' and '/'
        r"(?P<head>\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]{0,100}:)[^\s\"']{1,500}(?=@)",
    ),
    "webhook": SecretPlace("hook /services /bot", rf"(?P<head>{_WEBHOOKS})[^\s\"']+"),
    "header": SecretPlace("authorization cookie", rf"(?P<head>{_HEADERS}{_IS})(?:{_QUOTED}|\S.*)"),
    "scheme and token": SecretPlace(
        "bearer basic", r"(?P<head>\b(?:bearer|basic)\s{1,9})(?!auth)[^\s\"',;]+"
    ),
    "digest": SecretPlace("digest", r"(?P<head>\bdigest\s{1,9})\w{1,20}=.*"),
    "SQL": SecretPlace(
        "password identified",
        r"(?P<head>\bpassword\s{1,9}for\s[^\n=]{1,200}=\s{0,9}(?:password\s{0,9}\()?\s{0,9}"
        r"|\b(?:password|identified(?:\s{1,9}with\s{1,9}\S{1,60})?\s{1,9}(?:by|as))"
        rf"(?:\s{{1,9}}password)?(?:\s{{0,9}}\(|\s{{1,9}})\s{{0,9}}){_QUOTED}",
    ),
    "phrase by its name": SecretPlace(
        # MySQL says "(using password: YES)", which helps
        "pass pw senha secret segredo credential",
        rf"(?P<head>{_PHRASES}{_IS})(?!\s?(?:YES|NO)\))(?:{_QUOTED}|{_PHRASE})",
    ),
    "word by its name": SecretPlace(
        "token sig key auth chave",
        rf"(?P<head>{_WORDS}{_IS})(?:{_QUOTED}|{_WORD})",
    ),
    "user and password": SecretPlace("-u", r"(?P<head>(?<!\S)-u\s{0,3}[^\s:]{1,100}:)\S+"),
    "option": SecretPlace(
        "-", rf"(?P<head>(?<!\S)--?[\w-]{{0,40}}?{_NAMES}\s{{1,9}})(?!-)(?:{_QUOTED}|\S+)"
    ),
}
_NAME = re.compile(_NAMES, re.IGNORECASE)
_OPTION = re.compile(rf"-{{0,2}}[\w-]{{0,40}}?{_NAMES}", re.IGNORECASE)


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by ***."""
    folded = text.casefold()
    for kind in _KINDS.values():
        if any(hint in folded for hint in kind.hints):
            text = kind.pattern.sub(_hide, text)
    return text


@lru_cache(1024)
def names_secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    return _NAME.search(name) is not None


def announces_secret(item: str) -> bool:
    """Whether what follows this item of a list is a secret: `--password`, `Authorization`."""
    return _OPTION.fullmatch(item) is not None


def _hide(match: re.Match[str]) -> str:
    return f"{match.groupdict().get('head') or ''}{HIDDEN}"
