"""Make one report of a batch, in a process that does nothing else, and say on a stream how it goes.

Each line is one JSON object: `at` with the cells done, all cells and the heading that comes next; and at the end
`made` or `failed`. This is the boundary at which every error, foreseen or not, becomes the named failure of a report.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TextIO

from arwap_analysis.errors import EXIT_INTERRUPTED, ArwapError, DataError, ParameterError, RunError
from arwap_analysis.run.execute import run_report
from arwap_analysis.run.limits import Limits
from arwap_analysis.run.spec import load_report
from arwap_analysis.run.warm.kernel import limit_memory

__all__ = ["failure", "work"]


def work(job: Mapping[str, Any], stream: TextIO) -> int:
    """Make the report that `job` describes: `file`, `overrides`, `out` and `limits`; return an exit code.

    `revision` is what git says of the project, where `file` lies in a copy of it; `release` whether it is released.
    """
    signal.signal(signal.SIGTERM, _interrupt)

    def say(**message: Any) -> None:
        stream.write(json.dumps(message) + "\n")
        stream.flush()

    limits = Limits(**job["limits"])
    try:
        if limits.memory_bytes is not None:
            limit_memory(limits.memory_bytes)
        report = load_report(Path(job["file"]), overrides=job["overrides"])
        result = run_report(
            report,
            out=Path(job["out"]),
            limits=limits,
            progress=lambda *at: say(at=at),
            revision=job.get("revision"),
            release=job.get("release", False),
        )
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the boundary of the batch: whatever it is, the report is named
        say(failed=failure(error))
        return 1
    say(made={"changes": result.changes, "left_behind": result.left_behind})
    return 0


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    """End as Ctrl-C does, so that the kernel and the half-made report are cleaned up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def failure(error: BaseException) -> dict[str, Any]:
    """Return a failure as it travels and is kept: a stable code, a message, the cell and the failed notebook."""
    if isinstance(error, RunError):
        return {"code": error.code, "message": error.message, "cell": error.cell, "notebook": error.notebook}
    if isinstance(error, (ParameterError, DataError)):
        return {"code": error.faults[0].code if error.faults else "bad_input", "message": str(error)}
    if isinstance(error, ArwapError):
        return {"code": "failed", "message": str(error)}
    if isinstance(error, MemoryError):
        return {"code": "out_of_memory", "message": "making the page took more memory than the limit"}
    where = traceback.format_exception(error)
    return {"code": "unexpected", "message": f"{type(error).__name__}: {error}", "details": "".join(where)}


def main() -> int:
    """Take the job from standard input, and keep standard output for what is said of it.

    When the input closes, whoever wanted the report is gone, and the process ends as if it were asked to.
    """
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    return work(job, stream)


def _end_with_input() -> None:
    while os.read(0, 4096):  # not through sys.stdin, whose lock this thread would hold when the process ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
