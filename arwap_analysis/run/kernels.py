"""Kernels for reports: sockets, folders and a seed of their own, forked from a warm process where there is one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from arwap_analysis.run.warm.client import ADDRESS_VARIABLE, ONE_THREAD

__all__ = ["ReportKernelClient", "kernel_manager_class"]

_HEARD_WITHIN_SECONDS = 0.02
_POLL_SECONDS = 0.005


class ReportKernelClient(AsyncKernelClient):
    """A client that is ready when the kernel has answered and its output is heard, without waiting for silence."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while True:
            request = self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                # Its output channel may not be joined yet; then this word is lost, and asked for again.
                while await self._is_not_the_end(request):
                    pass
            except Empty:
                if not await self._async_is_alive():
                    raise RuntimeError("the kernel died before it answered") from None
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the kernel did not answer within {timeout:g} seconds") from None
            else:
                self._handle_kernel_info_reply(reply)
                return

    async def _is_not_the_end(self, request: str) -> bool:
        said = await self.iopub_channel.get_msg(timeout=_HEARD_WITHIN_SECONDS)
        ours = said["parent_header"].get("msg_id") == request
        return not (ours and said["content"].get("execution_state") == "idle")

    wait_for_ready = _async_wait_for_ready


def kernel_manager_class(folder: Path, *, log: Path, environment: Mapping[str, str]) -> type:
    """Return the kernel manager of one report.

    Where the system has them, kernel and client talk over sockets in `folder`, which only this user can enter: the
    ports that Jupyter opens by default can be read by anyone on the machine. `folder` must have a short path, for
    the system allows a socket's name little more than 100 bytes. What the kernel says outside cells goes to `log`.
    """
    warm = ADDRESS_VARIABLE in os.environ
    spec = KernelSpec(
        argv=[sys.executable, "-m", "arwap_analysis.run.warm.kernel", "-f", "{connection_file}"],
        display_name="Python 3",
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": "arwap-warm"}} if warm else {},
    )
    own = {"TMPDIR": folder / "tmp", "IPYTHONDIR": folder / "ipython"}
    for path in own.values():
        path.mkdir(exist_ok=True)

    class ReportKernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self._kernel_spec = spec
            self.client_factory = ReportKernelClient
            self.connection_file = str(folder / "kernel.json")
            if os.name == "posix":
                self.transport = "ipc"
                self.ip = f"{folder}/k"

        async def _async_start_kernel(self, **options: Any) -> None:
            whole = {"PYTHONHASHSEED": "0", **ONE_THREAD, **os.environ, **{k: str(v) for k, v in own.items()}}
            with log.open("ab") as stream:
                options |= {"stdout": stream, "stderr": stream, "env": {**whole, **environment}}
                await super()._async_start_kernel(**options)

        start_kernel = _async_start_kernel

        async def _async_wait(self, pollinterval: float = _POLL_SECONDS) -> None:
            await super()._async_wait(pollinterval=pollinterval)

    return ReportKernelManager
