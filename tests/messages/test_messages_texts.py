"""Texts: in both languages, with the same placeholders, and none that nobody says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from exporter.messages import Language, Text
from exporter.pages.columns import HEADINGS

PROJECT = Path(__file__).parents[2]
FILES = [
    file
    for room in ("exporter", "retrainer", "api")
    for file in (PROJECT / room).rglob("*")
    if file.suffix in {".py", ".html"}
]
SOURCES = {file: file.read_text("utf-8") for file in FILES}
_IN_TEMPLATES = re.compile(r"""Text\((["'])(.*?)\1, (["'])(.*?)\3\)""")


def texts() -> Iterator[Text]:
    """Every text of the product that is written out where it is said."""
    for file, source in SOURCES.items():
        if file.suffix == ".html":
            yield from (Text(match[2], match[4]) for match in _IN_TEMPLATES.finditer(source))
        else:
            yield from _in_module(ast.parse(source))


def _in_module(module: ast.Module) -> Iterator[Text]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Text", "panel"}:
            pair = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
            if pair:  # else it is put together of texts
                yield Text(*pair)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_placeholders() -> None:
    pairs = set(texts())
    assert len(pairs) > 500
    unlike = [text for text in pairs if _placeholders(text[0]) != _placeholders(text[1])]
    assert (unlike, [text for text in pairs if not all(text)]) == ([], [])


def test_every_text_of_the_templates_is_seen() -> None:
    templates = "".join(source for file, source in SOURCES.items() if file.suffix == ".html")
    assert len(_IN_TEMPLATES.findall(templates)) == templates.count("Text(") > 20


def _constants(module: ast.Module) -> Iterator[str]:
    """Names of the texts, and of the tables of texts, that stand at the top of a module."""
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            names = node.targets if isinstance(node, ast.Assign) else [node.target]
            if next(_in_module(ast.Module([node], [])), None):
                yield from (name.id for name in names if isinstance(name, ast.Name))


def test_every_text_is_said_somewhere() -> None:
    everything = "\n".join(SOURCES.values())
    unsaid = [
        f"{file.relative_to(PROJECT)}: {name}"
        for file, source in SOURCES.items()
        if file.suffix == ".py"
        for name in _constants(ast.parse(source))
        if len(re.findall(rf"\b{name}\b", source if name[0] == "_" else everything)) == 1
    ]
    assert not unsaid


def test_every_heading_stands_over_a_column() -> None:
    tables = "".join(source for file, source in SOURCES.items() if file.parent.name == "pages")
    assert [name for name in HEADINGS if tables.count(f'"{name}"') == 1] == []


def test_a_text_of_several_lines_is_read_in_one() -> None:
    text = Text(
        """uma linha,
        e {count} outras""",
        """one line,
        and {count} others""",
    )
    assert text.to(Language.PT_BR, count=2) == "uma linha, e 2 outras"
    assert text.to(Language.EN, count=2) == "one line, and 2 others"
