"""The fenced blocks of a document, run as its reader would: in a folder, one after the other."""

import ast
import builtins
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter.config import Settings
from tests.servers.ports import free_port
from tests.servers.process import PROJECT, SEARCH_PATH, Server
from tests.servers.smtp import SmtpServer
from tests.servers.waiting import answers

#: For one block, which may start Python, on a machine that is busy with other things.
SECONDS = 300
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"# (\.env|[\w-]+\.(?:yml|ini))\n")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NO_PORT = "5000"


@dataclass(frozen=True)
class Block:
    """One block: its language, its text, the heading it stands under and its line."""

    language: str
    code: str
    heading: str
    line: int

    def __str__(self) -> str:
        return f"{self.line}-{self.heading}"


def blocks_of(document: Path) -> list[Block]:
    """The fenced blocks of a Markdown file, in their order."""
    text = document.read_text("utf-8")
    return [_block(text, found) for found in _FENCE.finditer(text)]


def _block(text: str, found: re.Match[str]) -> Block:
    before = text[: found.start()]
    outside = _FENCE.sub("", before)  # a comment in a block is no heading
    headings = _HEADING.findall(outside) or [""]
    code = "".join(line.removeprefix(found[1]) for line in found[3].splitlines(keepends=True))
    return Block(found[2], code, headings[-1], before.count("\n") + 1)


def says(printed: str, shown: str) -> bool:
    """Whether that is what was printed; … in what is shown stands for anything."""
    parts = (re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch("(?s:.*)".join(parts), printed.strip()) is not None


def missing_names(code: str, offered: Mapping[str, str]) -> str:
    """The imports of `offered` (name: statement) for names a block uses and never binds."""
    nodes = [*ast.walk(ast.parse(code))]
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    imports = [a for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    bound |= {(alias.asname or alias.name).partition(".")[0] for alias in imports}
    used = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    free = used - bound - set(dir(builtins))
    return "".join(f"{offered[name]}\n" for name in sorted(free) if name in offered)


class Reader:
    """Somebody who follows a document in an empty folder, with a free port in place of 5000."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = _clean_environment() | {
            "EXPORTER_PORT": str(self.port),
            "DASHBOARD_URL": f"{self.url}/dashboard",
            **(settings or {}),
        }

    @property
    def url(self) -> str:
        """Where this reader's exporter answers."""
        return f"http://localhost:{self.port}"

    def here(self, code: str) -> str:
        """The block's text with the port that is free here."""
        return re.sub(rf"(localhost:|port=){_NO_PORT}\b", rf"\g<1>{self.port}", code)

    def place(self, blocks: Sequence[Block]) -> None:
        """Writes the files that blocks show: those that begin with `# name.yml` or `# .env`."""
        for block in blocks:
            if name := _FILE_NAME.match(block.code):
                (self.folder / name[1]).write_text(block.code, "utf-8")

    def follow(self, blocks: Sequence[Block]) -> list[str]:
        """Runs the blocks in their order; what each printed.

        A `text` block under the same heading says what the one before it prints, with … for
        what varies.
        """
        printed: list[str] = []
        for before, block in zip([None, *blocks], blocks, strict=False):
            if before and block.language == "text" and block.heading == before.heading:
                assert says(printed[-1], self.here(block.code)), f"{block}:\n{printed[-1]}"
            printed.append(self._run_block(block))
        return printed

    def _run_block(self, block: Block) -> str:
        if block.language == "python":
            return self.python(block.code)
        return self.bash(block.code) if block.language == "bash" else ""

    def python(self, code: str, imports: str = "") -> str:
        """Runs a script in a process of its own; what it printed. It must end without an error."""
        script = self.folder / "block.py"
        script.write_text(imports + self.here(code), "utf-8")
        return self._run([sys.executable, script.name])

    def bash(self, code: str) -> str:
        """Runs commands; what they printed. Each must succeed."""
        return self._run(["bash", "-eu", "-c", self.here(code)])

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert not done.returncode, f"exit {done.returncode}:\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    @contextmanager
    def running(self, command: str = "lotofacil serve") -> Iterator[None]:
        """A server in the background, from when it answers to the end of the block."""
        server = Server(
            command.split(),
            self.folder / f"{command.split(maxsplit=1)[0]}.log",
            environment=self.environment,
            folder=self.folder,
        )
        try:
            server.wait_until_ready(lambda: answers(f"{self.url}/-/ready"))
            yield
        finally:
            server.stop()


def mail_settings(server: SmtpServer) -> dict[str, str]:
    """Settings that send mail to this server."""
    place = {"SMTP_SERVER": server.host, "SMTP_PORT": str(server.port)}
    return place | {"SMTP_REQUIRE_TLS": "false"}


def _clean_environment() -> dict[str, str]:
    """Our environment without settings of ours, with the project's programs first."""
    names = Settings.model_fields
    kept = {k: v for k, v in os.environ.items() if k.removesuffix("_FILE") not in names}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{SEARCH_PATH}"
    return kept | {"PATH": programs, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
