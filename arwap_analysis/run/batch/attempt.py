"""One attempt at one report, in a process of its own: forked where there is a server, started anew elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from arwap_analysis.run.place import short_temporary_root
from arwap_analysis.run.warm.client import ADDRESS_VARIABLE, Child, ForkServer

__all__ = ["Attempt"]


class Attempt:
    """A running attempt: iterate over what it says, then ask for its `code`.

    `folder` is its private folder for whatever is temporary; it is removed by `close`, however the process ended.
    """

    def __init__(
        self, job: Mapping[str, Any], server: ForkServer | None, environment: Mapping[str, str] | None = None
    ) -> None:
        root = short_temporary_root(levels=2)
        self._temporary = tempfile.TemporaryDirectory(prefix="arwap-", dir=root, ignore_cleanup_errors=True)
        folder = Path(self._temporary.name)
        self._log = folder / "log"
        environment = {**os.environ, **(environment or {}), "TMPDIR": str(folder)}
        self._process: Child | subprocess.Popen[str]
        try:
            if server is None:
                self._process, self._stream = self._start(job, environment)
            else:
                environment[ADDRESS_VARIABLE] = server.address
                self._process, self._stream = self._fork(job, environment, server)
        except BaseException:
            self._temporary.cleanup()
            raise

    def _fork(self, job: Mapping[str, Any], environment: dict[str, str], server: ForkServer) -> tuple[Child, IO[str]]:
        hear, channel = os.pipe()
        stream = os.fdopen(hear, encoding="utf-8")
        request = {"target": "report", "job": job, "env": environment, "cwd": str(Path.cwd())}
        try:
            with self._log.open("wb") as log:
                return server.ask(request, said=log.fileno(), channel=channel), stream
        except BaseException:
            stream.close()
            raise
        finally:
            os.close(channel)

    def _start(self, job: Mapping[str, Any], environment: dict[str, str]) -> tuple[subprocess.Popen[str], IO[str]]:
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "arwap_analysis.run.batch.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                env=environment,
                start_new_session=True,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        # It stays open: the process ends when it closes, so that it does not outlive this one.
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        return process, process.stdout

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each message until the process has ended or closed its stream."""
        for line in self._stream:
            if line.endswith("\n"):  # a process that is killed may leave half a line
                yield json.loads(line)

    @property
    def code(self) -> int:
        """The exit code, negative for a signal; waits for the end."""
        return self._process.wait()

    @property
    def last_words(self) -> str:
        """What the process wrote outside its messages."""
        return self._log.read_text(encoding="utf-8", errors="replace").strip()

    def terminate(self) -> None:
        """Ask it to clean up and end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it and all that it started."""
        if isinstance(self._process, Child):
            self._process.kill()
        elif hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def close(self) -> None:
        """Wait for the end and remove what is left."""
        self._stream.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        self._temporary.cleanup()
