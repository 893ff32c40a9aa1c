"""Where the kernel of a report begins: seeded, limited in memory, and told of by its client when it listens.

An ordinary kernel comes here by `python -m arwap_analysis.run.warm.kernel`, a warm one by a fork, so that both start
from the same state.
"""

from __future__ import annotations

import os
import sys
from typing import Any

__all__ = ["MEMORY_VARIABLE", "SEED_VARIABLE", "limit_memory", "start_kernel"]

SEED_VARIABLE = "ARWAP_SEED"
MEMORY_VARIABLE = "ARWAP_MEMORY_LIMIT"


def start_kernel(arguments: list[str], *, ready: int | None = None) -> None:
    """Run an IPython kernel until its client shuts it down; a byte is written to `ready` once it listens."""
    from ipykernel.kernelapp import IPKernelApp

    _take_backend()
    if MEMORY_VARIABLE in os.environ:
        limit_memory(int(os.environ[MEMORY_VARIABLE]))
    app = IPKernelApp.instance()
    # As a kernel that is started anew is told by its environment: it then prints no advice for a terminal.
    app.parent_handle = os.getppid()
    # The tip of the day is drawn from the report's random numbers each time a client asks who the kernel is.
    app.config.InteractiveShell.enable_tip = False
    app.initialize(arguments)
    _take_seed()  # last, for what the kernel draws while it starts is not the report's
    if ready is not None:
        os.write(ready, b"\n")
        os.close(ready)
    app.start()


def _take_seed() -> None:
    """Seed the two global generators, so that a notebook that draws without a seed of its own repeats."""
    if SEED_VARIABLE not in os.environ:
        return
    import random

    import numpy as np

    seed = int(os.environ[SEED_VARIABLE])
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - the global generator is what careless code draws from


def _take_backend() -> None:
    """Let a matplotlib that was loaded before the kernel draw into the notebook, as a later one does."""
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def limit_memory(more: int) -> None:
    """Let this process hold `more` bytes beyond what it holds now; an allocation past that raises MemoryError.

    Only Linux counts the memory that a program asks for; elsewhere nothing is limited.
    """
    if sys.platform != "linux":
        return
    import resource
    from pathlib import Path

    held = next(
        int(line.split()[1]) * 1024
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmData:")
    )
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + more
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


if __name__ == "__main__":
    start_kernel(sys.argv[1:])
