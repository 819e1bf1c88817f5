"""Ends the process groups of a supervisor that was killed, so that no orphan stays.

`python -m exporter.stack.local.guardian` reads its standard input, a pipe from the supervisor:
`+123` when the group 123 was started and `-123` when it ended. The pipe breaks when the
supervisor is gone, however it went; then every group left is asked to end, and made to. This
works wherever there are pipes, for grandchildren too, and lets servers close their files: the
kernel's parent-death signal does none of the three.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

#: Seconds that groups have to end after they were asked to.
GRACE = 2.0
_TICK = 0.05


def main(lines: Iterable[str]) -> None:
    """Follows the supervisor's words to their end, then ends what is left."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    _end(groups)


def _end(groups: set[int]) -> None:
    left = _signalled(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while left and time.monotonic() < deadline:
        time.sleep(_TICK)
        left = _signalled(left, 0)
    _signalled(left, signal.SIGKILL)


def _signalled(groups: Iterable[int], number: int) -> set[int]:
    """The groups that are still there and got the signal."""
    return {group for group in groups if send(group, number)}


def send(group: int, number: int) -> bool:
    """Sends a signal to a process group; False when it is gone."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # gone, and perhaps somebody else's by now
        return False
    return True


if __name__ == "__main__":
    main(sys.stdin)
