"""How papermill executes the notebook of a report: within limits, and with the place of every fault named."""

from __future__ import annotations

import time
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.iorw import write_ipynb
from traitlets import Any as AnyTrait
from traitlets import Unicode

from arwap_analysis.present.editions import belongs_to
from arwap_analysis.run.limits import MEGABYTE, Limits
from arwap_analysis.texts import FIRST_LANGUAGE

__all__ = ["ENGINE", "CellStopped", "heading_above"]

ENGINE = "arwap"


class CellStopped(RuntimeError):
    """A cell that did not end by itself: why, and the number that Jupyter shows beside it."""

    def __init__(self, code: str, message: str, index: int, count: int) -> None:
        super().__init__(message)
        self.code, self.index, self.count = code, index, count


class ReportClient(PapermillNotebookClient):
    """papermill's own client, which also counts what cells show and keeps the notebook of a run that is cut short."""

    limits: Any = AnyTrait(Limits())
    rescue = Unicode("", help="Where to write the notebook when it is not executed to its end.")

    def __init__(self, nb_man: Any, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self._started = time.monotonic()
        self._shown = 0
        self.timeout_func = self._seconds_left

    def execute(self, **options: Any) -> Any:
        """Execute; whatever stops it, what was done so far is written down first."""
        try:
            return super().execute(**options)
        except BaseException:
            if self.rescue:
                write_ipynb(self.nb, self.rescue)
            raise

    def _seconds_left(self, _cell: Any) -> float | None:
        """Seconds that the next cell may take; never 0, which nbclient reads as no limit."""
        left = [self.limits.cell_seconds] if self.limits.cell_seconds is not None else []
        if self.limits.report_seconds is not None:
            left.append(self.limits.report_seconds - (time.monotonic() - self._started))
        return max(min(left), 0.01) if left else None

    def execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        """Execute one cell, and say in the notebook itself why one was stopped."""
        try:
            return super().execute_cell(cell, cell_index, **options)
        except CellTimeoutError:
            raise self._stop(cell, cell_index, "timed_out", self._which_time()) from None
        except DeadKernelError:
            if self._is_too_much():
                message = f"the report showed more than {self.limits.output_bytes / MEGABYTE:g} MB, the limit"
                raise self._stop(cell, cell_index, "too_much_output", message) from None
            message = "the kernel died: it was killed, ran out of memory or crashed"
            raise self._stop(cell, cell_index, "kernel_died", message) from None

    def _which_time(self) -> str:
        whole = self.limits.report_seconds
        if whole is not None and time.monotonic() - self._started >= whole:
            return f"the report took longer than {whole:g} seconds, its limit"
        return f"the cell took longer than {self.limits.cell_seconds:g} seconds, its limit"

    def _stop(self, cell: Any, index: int, code: str, message: str) -> CellStopped:
        shown = nbformat.v4.new_output("error", ename=code, evalue=message, traceback=[message])
        cell.outputs = [*cell.get("outputs", ()), shown] if not self._is_too_much() else [shown]
        self.nb.cells[index] = cell
        return CellStopped(code, message, index, self.code_cells_executed)

    def _is_too_much(self) -> bool:
        return self.limits.output_bytes is not None and self._shown > self.limits.output_bytes

    def process_message(self, message: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take what a cell shows; past the limit, stop waiting for the cell, so that its kernel is ended."""
        self._shown += _size(message["content"])
        if not self._is_too_much():
            return super().process_message(message, cell, cell_index)
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()
        return None


def _size(content: Any) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(_size(value) for value in content.values())
    return sum(_size(value) for value in content) if isinstance(content, list) else 0


class _ReportEngine(NBClientEngine):
    """papermill's engine with our client."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Execute the notebook; options other than ours are those of nbclient."""
        known = {name: value for name, value in options.items() if name in ReportClient.class_trait_names()}
        return ReportClient(
            nb_man, kernel_name=kernel_name, startup_timeout=options.get("start_timeout", 60), **known
        ).execute()


papermill_engines.register(ENGINE, _ReportEngine)


def heading_above(cells: list[Any], index: int) -> str:
    """Return the heading that a cell stands under, empty where there is none."""
    for cell in reversed(cells[:index]):
        if cell["cell_type"] == "markdown" and belongs_to(cell, FIRST_LANGUAGE):
            for line in reversed(cell["source"].splitlines()):
                if line.startswith("#"):
                    return str(line).lstrip("# ")
    return ""
