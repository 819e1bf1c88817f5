"""SQLite's files: made here, opened by SQLite alone.

Closing any descriptor of a file gives up every lock that the process has on it (POSIX), SQLite's
own too. The next process that closes the database then believes to be the last one, and removes
the log under all others.
"""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def create(path: Path, mode: int) -> None:
    """Makes an empty file of this mode, a new database to SQLite; one that is there stays.

    Under another name until nobody has it open: it may be in use as soon as it has its own.
    """
    if path.exists():
        return
    path = path.resolve()  # a link to a file that is still to be made
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    with suppress(OSError):  # SQLite says what is wrong with a path, and makes the file itself
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL, mode))
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
