"""The documented `structured_logger`: writing lines with fields, timing work, analysing logs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.logs import Logger, log_files
from exporter.operating.log_analysis import LogAnalyzer


class StructuredLogger(Logger):
    """Writes into and reads from the logs below `data_dir`. `analyzer` answers about periods.

    `resources` is a SystemResources.
    """

    def __init__(
        self,
        data_dir: Path,
        resources: Callable[[], dict[str, float]],
        name: str = "lotofacil",
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(name)
        self.analyzer = LogAnalyzer(lambda: log_files(data_dir))
        self._resources = resources
        self._clock = clock

    @contextmanager
    def operation(self, name: str, **fields: object) -> Iterator[None]:
        """Times the work inside and writes one line about it; what it raises goes on."""
        start = self._clock()
        try:
            yield
        except Exception as error:
            self.error(
                "operation_failed",
                operation=name,
                duration_seconds=self._clock() - start,
                error=f"{type(error).__name__}: {error}",
                **fields,
            )
            raise
        self.info(
            "operation_finished", operation=name, duration_seconds=self._clock() - start, **fields
        )

    def log_system_resources(self) -> dict[str, float]:
        """Writes one line with the machine's and this process's use of resources; returns it."""
        resources = self._resources()
        self.info("system_resources", **resources)
        return resources
