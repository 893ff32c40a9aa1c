"""Start the kernels of Jupyter in a fork server, found by jupyter_client's entry point `arwap-warm`."""

from __future__ import annotations

import asyncio
import os
import select
import time
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from arwap_analysis.run.warm.client import ADDRESS_VARIABLE, ask

__all__ = ["WarmProvisioner"]

_LISTENS_WITHIN = 60.0


class WarmProvisioner(LocalProvisioner):
    """Fork a kernel from the server that `ARWAP_FORK_SERVER` names; without one, start it as Jupyter does."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Return how to reach a new kernel, once it listens: its client need not try again and again."""
        address = os.environ.get(ADDRESS_VARIABLE)
        if address is None:
            return await super().launch_kernel(cmd, **kwargs)
        # Behind `-m arwap_analysis.run.warm.kernel`, which a fork does not need.
        request = {
            "target": "kernel",
            "arguments": cmd[3:],
            "env": dict(kwargs.get("env") or os.environ),
            "cwd": str(kwargs.get("cwd") or Path.cwd()),
        }
        listens, ready = os.pipe()
        try:
            said = kwargs.get("stdout")
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
                to = said.fileno() if said is not None else nowhere.fileno()
                self.process: Any = ask(address, request, said=to, channel=ready)
            os.close(ready)
            ready = -1
            await self._until_it_listens(listens)
        finally:
            os.close(listens)
            if ready >= 0:
                os.close(ready)
        self.pid: Any = self.process.pid
        self.cwd: Any = request["cwd"]
        return self.connection_info

    async def _until_it_listens(self, listens: int) -> None:
        deadline = time.monotonic() + _LISTENS_WITHIN
        while not select.select([listens], [], [], 0)[0]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                return  # the client, which waits for an answer, will tell that there is none
            await asyncio.sleep(0.005)

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and all that it started."""
        if self.process is not None:
            self.process.send_signal(signum)

    async def wait(self) -> int | None:
        """Wait for the end of the kernel."""
        code = 0
        if self.process is not None:
            while (code := self.process.poll()) is None:
                await asyncio.sleep(0.005)
            self.process = None
        return code
