"""Where settings come from: the environment, `.env` and `config.py` of the working folder.

In each of them NAME_FILE may stand for NAME: the value is then the content of that file. What
cannot be read becomes the fault of its setting, so that it is told together with all others.
"""

import ast
import os
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from exporter.config.faults import InvalidSettings, Unusable

ENV_FILE = Path(".env")
CONFIG_FILE = Path("config.py")
_LARGEST_SECRET = 65_536
#: Counts as not given.
_EMPTY = (None, "")


def read_sources(names: Collection[str]) -> dict[str, Any]:
    """The settings that are given, by name; of two sources the earlier wins."""
    settings: dict[str, Any] = {}
    for source in (_read_config_file(names), _read_env_file(), os.environ):
        settings |= _settled({name.lower(): value for name, value in source.items()}, names)
    return settings


def _settled(source: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The settings that a source (with names in small letters) holds, files read."""
    settings: dict[str, Any] = {}
    for name in names:
        value, path = source.get(name.lower()), source.get(f"{name}_file".lower())
        if value not in _EMPTY and path:
            reason = f"is given twice, as {name} and as {name}_FILE: keep one"
            settings[name] = Unusable(reason)
        elif path:
            settings[name] = _read_secret(name, path)
        elif value not in _EMPTY:
            settings[name] = value
    return settings


def _read_secret(name: str, path: object) -> str | Unusable:
    """The content of the file a NAME_FILE names, without the newline at its end."""
    if isinstance(path, Unusable):
        return path
    try:
        with Path(str(path)).open("rb") as file:
            content = file.read(_LARGEST_SECRET + 1)
        text = content.decode().rstrip("\r\n")
    except OSError as error:
        return Unusable(f"cannot read the file that {name}_FILE names: {error.strerror}")
    except ValueError:
        return Unusable(f"the file that {name}_FILE names is not UTF-8 text")
    if len(content) > _LARGEST_SECRET or not text:
        size = "larger than 64 KiB" if text else "empty"
        return Unusable(f"the file that {name}_FILE names is {size}")
    return text


def _read_env_file() -> Mapping[str, Any]:
    if not ENV_FILE.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - most have no such file

    try:
        return dotenv_values(ENV_FILE)
    except OSError as error:
        raise InvalidSettings(f"{ENV_FILE}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidSettings(f"{ENV_FILE}: is not UTF-8 text") from None


def _read_config_file(names: Iterable[str]) -> dict[str, Any]:
    """Its literal assignments to our names; a file that names none of them is somebody else's.

    The guide's way; the file is never run.
    """
    if not CONFIG_FILE.is_file():
        return {}
    ours = {*names, *(f"{name}_FILE" for name in names)}
    try:
        text = CONFIG_FILE.read_text("utf-8")
    except OSError as error:
        raise InvalidSettings(f"{CONFIG_FILE}: {error.strerror}") from None
    except UnicodeDecodeError:
        return {}
    try:
        return {name: value for name, value in _literals(_parsed(text)) if name in ours}
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _refused(text, ours, error)


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about somebody else's escapes, perhaps
        return ast.parse(text)


def _refused(text: str, ours: Iterable[str], error: Exception) -> dict[str, Any]:
    """Nothing, where a file that is not Python names no setting; else raises InvalidSettings."""
    if not re.search(rf"^({'|'.join(ours)})\s*[:=]", text, re.MULTILINE):
        return {}
    place = f" line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
    raise InvalidSettings(f"{CONFIG_FILE}{place}: is not Python that can be read") from None


def _literals(module: ast.Module) -> Iterator[tuple[str, Any]]:
    for node in module.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, _literal(value)


def _literal(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        line = f"{CONFIG_FILE} line {node.lineno}"
        return Unusable(f"{line} is not a plain value, and the file is never run")
    return value
