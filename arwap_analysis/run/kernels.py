"""Kernels for reports: private sockets instead of open ports, and their own log."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["kernel_manager_class"]


def kernel_manager_class(log: Path) -> type:
    """Return the kernel manager of one report, whose kernel writes what it says outside cells to `log`.

    Where the system has them, kernel and client talk over sockets in a folder that only this user can
    enter: the ports that Jupyter opens by default can be read by anyone on the machine.
    """
    from jupyter_client.manager import AsyncKernelManager

    class ReportKernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self._sockets: str | None = None
            if os.name == "posix":
                # A short path: the system allows a socket's name little more than 100 bytes.
                self._sockets = tempfile.mkdtemp(prefix="arwap-")
                self.transport = "ipc"
                self.ip = f"{self._sockets}/k"

        async def _async_start_kernel(self, **options: Any) -> None:
            with log.open("ab") as stream:
                await super()._async_start_kernel(**{**options, "stdout": stream, "stderr": stream})

        start_kernel = _async_start_kernel

        async def _async_cleanup_resources(self, restart: bool = False) -> None:
            await super()._async_cleanup_resources(restart=restart)
            if not restart and self._sockets is not None:
                shutil.rmtree(self._sockets, ignore_errors=True)

        cleanup_resources = _async_cleanup_resources

    return ReportKernelManager
