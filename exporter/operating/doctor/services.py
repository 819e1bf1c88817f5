"""The processes of this product that answer over HTTP: exporter and retrainer."""

import re
import shlex
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

from exporter.domain.hosts import is_loopback, shown
from exporter.messages import Text
from exporter.operating.doctor.findings import Finding, ok, problem, warning
from exporter.outbound.probe import ask, program_at

#: What the name of a program, or its path, is made of.
_PROGRAM = re.compile(r"[\w./+-]+")
_HTTP_OK = Text("responde em {url}", "answers at {url}")
_PAGE_AWAY = Text(
    "{url} dá {reason} → confira EXPORTER_API_TOKEN e o log do exportador",
    "{url} gives {reason} → see EXPORTER_API_TOKEN and the exporter's log",
)
_RETRAINER_BUILTIN = Text(
    """responde em {url}; RETRAINER_COMMAND está vazio: o treinador embutido treina qualquer jogo
    que o peça e põe o modelo em uso → defina RETRAINER_COMMAND, ou pare `lotofacil-retrainer`""",
    """answers at {url}; RETRAINER_COMMAND is empty: the built-in trainer trains any game that asks
    and puts its model in use → set RETRAINER_COMMAND, or stop `lotofacil-retrainer`""",
)
_COMMAND_MISSING = Text(
    """RETRAINER_COMMAND: {name} não foi encontrado no PATH; todo treino falhará → instale-o ou
    escreva o caminho inteiro""",
    """RETRAINER_COMMAND: {name} is not found on PATH; every training will fail → install it or
    write its whole path""",
)
_COMMAND_UNREADABLE = Text(
    "RETRAINER_COMMAND não pode ser lido ({reason}) → corrija as aspas",
    "RETRAINER_COMMAND cannot be read ({reason}) → mend its quotes",
)
_AWAY = {
    "exporter": Text(
        "não responde em {url} ({reason}) → inicie `lotofacil serve` ou confira EXPORTER_HOST/PORT",
        "does not answer at {url} ({reason}) → start `lotofacil serve` or see EXPORTER_HOST/PORT",
    ),
    "retrainer": Text(
        "não responde em {url} ({reason}) → inicie `lotofacil-retrainer` ou corrija RETRAINER_URL",
        "does not answer at {url} ({reason}) → start `lotofacil-retrainer` or mend RETRAINER_URL",
    ),
}
_OTHER = Text(
    "em {url} responde outro programa ({program}) → dê outra porta a um deles ({setting})",
    "another program answers at {url} ({program}) → give one another port ({setting})",
)
_UNREADY = {
    "exporter": Text(
        "responde, mas não está pronto: {reason} → corrija isso; o que chega é aceito e espera",
        "answers, but is not ready: {reason} → mend that; records are accepted and wait",
    ),
    "retrainer": Text(
        "responde, mas não está pronto: {reason} → corrija isso; até lá nada é treinado",
        "answers, but is not ready: {reason} → mend that; nothing is trained until then",
    ),
}


def check_exporter(url: str, token: str) -> Iterator[Finding]:
    """Exporter, its dashboard and its REST API at `url`."""
    if trouble := _trouble("exporter", url):
        yield trouble
        return
    yield ok("exporter", _HTTP_OK, url=_shown(url))
    yield _page("dashboard", f"{url}/dashboard", token)
    yield _page("api", f"{url}/api/metrics/summary", token)


def check_retrainer(url: str, command: str) -> Iterator[Finding]:
    """The retrainer at `url`, and what it trains with."""
    if trouble := _trouble("retrainer", url):
        yield trouble
    elif not command.strip():
        yield warning("retrainer", _RETRAINER_BUILTIN, url=_shown(url))
    else:
        yield ok("retrainer", _HTTP_OK, url=_shown(url))
    if command.strip() and is_loopback(urlsplit(url).hostname or ""):  # elsewhere has its own
        yield from _program(command)


def _trouble(subject: str, url: str) -> Finding | None:
    """Why the process that should answer at `url` does not, or is not ready."""
    ready = ask(f"{url}/-/ready")
    if not ready.status:
        return problem(subject, _AWAY[subject], url=_shown(url), reason=ready.reason)
    program = program_at(url)
    if program not in (None, f"lotofacil_{subject}"):
        values = {"program": program, "setting": f"{subject.upper()}_PORT"}
        return problem(subject, _OTHER, url=_shown(url), **values)
    if ready.status != 200:
        return problem(subject, _UNREADY[subject], reason=ready.reason)
    return None


def _page(subject: str, url: str, token: str) -> Finding:
    page = ask(url, token)
    if page.status == 200:
        return ok(subject, _HTTP_OK, url=_shown(url))
    return problem(subject, _PAGE_AWAY, url=_shown(url), reason=page.reason)


def _shown(url: str) -> str:
    """The address, without a host that does not read like one: it may be a password, by a slip."""
    host = urlsplit(url).hostname or ""
    return url if shown(host) == host else url.replace(host, shown(host), 1)


def _program(command: str) -> Iterator[Finding]:
    try:
        name = shlex.split(command)[0]
    except ValueError as error:
        yield problem("retrainer", _COMMAND_UNREADABLE, reason=error)
        return
    if shutil.which(name) is None:
        # By a slip it may be a password: then it has signs that no program's name has.
        program = name if _PROGRAM.fullmatch(name) else "(its value)"
        yield problem("retrainer", _COMMAND_MISSING, name=program)
