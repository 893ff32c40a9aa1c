"""One family of errors, written for the analyst who has to act on them.

Every error names what is wrong, where it is (file, row as a spreadsheet shows it, column, value),
what would be allowed, and what to do. Errors cross process borders, so all of them pickle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "EXIT_BAD_INPUT",
    "EXIT_FAILED",
    "EXIT_INTERRUPTED",
    "EXIT_OK",
    "ArwapError",
    "DataError",
    "Fault",
    "MeasureError",
    "ParameterError",
    "RunError",
    "did_you_mean",
]

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

# A file with a systematic fault (a shifted column) repeats it on every row; the first few tell the story.
FAULTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input, and what to do about it.

    `row` counts as a spreadsheet does: the header is row 1. `code` is a stable snake_case reason.
    """

    code: str
    message: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column '{self.column}'")
        where = ", ".join(place)
        value = f" (found {self.value!r})" if self.value is not None else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}: {self.message}{value}.{hint}" if where else f"{self.message}{value}.{hint}"


class ArwapError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code = EXIT_FAILED


class MeasureError(ArwapError, ValueError):
    """Arrays that no measure can be computed from: wrong shapes, negative counts, confidence outside 0 to 1."""

    exit_code = EXIT_BAD_INPUT


class _FaultsError(ArwapError, ValueError):
    """An error that reports every fault found, not only the first."""

    exit_code = EXIT_BAD_INPUT

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        hidden = len(self.faults) - len(lines)
        if hidden:
            lines.append(f"... and {hidden} more like these.")
        return "\n".join(lines)


class DataError(_FaultsError):
    """A data file, or a table made from one, that cannot be trusted as it stands."""


class ParameterError(_FaultsError):
    """A parameters file, an indicator card or a command-line option that cannot be used as it stands."""


class RunError(ArwapError):
    """A report that began and did not finish: which cell, which error, and where the failed notebook lies.

    `code` is a stable reason: cell_failed, kernel_died, timed_out, too_much_output, busy (another run writes it),
    cannot_write, inconsistent (its figures cannot all be true) or failed.
    """

    exit_code = EXIT_FAILED

    def __init__(
        self, report: str, message: str, *, code: str = "failed", cell: str | None = None, notebook: str | None = None
    ) -> None:
        self.report, self.message, self.code, self.cell, self.notebook = report, message, code, cell, notebook
        super().__init__(report, message)

    def __str__(self) -> str:
        at = f" in {self.cell}" if self.cell else ""
        kept = f"\nThe failed notebook, with the error where it happened: {self.notebook}" if self.notebook else ""
        return f"report '{self.report}' failed{at}: {self.message}{kept}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_run_error, (self.report, self.message, self.code, self.cell, self.notebook)


def _rebuild_run_error(report: str, message: str, code: str, cell: str | None, notebook: str | None) -> RunError:
    """Unpickle a RunError, whose keyword-only arguments the default protocol would lose."""
    return RunError(report, message, code=code, cell=cell, notebook=notebook)


def did_you_mean(word: str, allowed: Sequence[str], *, most: int = 12) -> str:
    """Return the hint that follows a wrong word: the nearest allowed one, or the list of them."""
    near = get_close_matches(word.casefold(), {a.casefold(): a for a in allowed}, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{next(a for a in allowed if a.casefold() == near[0])}'?"
    shown = ", ".join(f"'{a}'" for a in allowed[:most])
    return f"Allowed: {shown}{', ...' if len(allowed) > most else ''}."
