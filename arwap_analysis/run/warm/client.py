"""Start a fork server, and ask it for processes."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from arwap_analysis.run.place import short_temporary_root

__all__ = ["ADDRESS_VARIABLE", "ONE_THREAD", "Child", "ForkServer", "ask", "why_not_warm"]

ADDRESS_VARIABLE = "ARWAP_FORK_SERVER"
# One thread each: many reports run at once, and sums do not depend on how many cores a machine has.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def why_not_warm() -> str | None:
    """Return why kernels cannot be forked on this system, or None where they can."""
    if sys.platform == "linux":
        return None
    what = "cannot fork" if not hasattr(os, "fork") else "does not fork safely once its libraries are loaded"
    return f"this system ({sys.platform}) {what}, so each report starts a process of its own"


class Child:
    """A process that the server forked; it lasts no longer than the connection that stands for it.

    It has the methods of `subprocess.Popen` that Jupyter uses.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal, or None while it runs."""
        return self._read(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises subprocess.TimeoutExpired."""
        code = self._read(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def _read(self, timeout: float | None) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._connection], [], [], timeout)[0]:
                try:
                    line = _read_line(self._connection)
                except OSError:
                    line = b""
                # No word at all: the server was killed, and the process with it.
                self.returncode = json.loads(line)["exit"] if line else -signal.SIGKILL
                self._connection.close()
            return self.returncode

    def send_signal(self, number: int, *, alone: bool = False) -> None:
        """Send a signal to the process and, unless `alone`, to all that it started."""
        order = json.dumps({"signal": int(number), "alone": alone}).encode() + b"\n"
        with contextlib.suppress(OSError):  # it has ended
            self._connection.sendall(order)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM, alone=True)

    def kill(self) -> None:
        """End the process and all that it started."""
        self.send_signal(signal.SIGKILL)


def ask(address: str, request: Mapping[str, Any], *, said: int, channel: int) -> Child:
    """Ask the server at `address` for a process; raises OSError when it cannot be had."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(60)
        connection.connect(address)
        text = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(connection, [text], [said, channel])
        connection.sendall(text[sent:])
        answer = json.loads(_read_line(connection) or b'{"error": "the fork server has ended"}')
        if "error" in answer:
            raise OSError(answer["error"])
        connection.settimeout(None)
    except OSError:
        connection.close()
        raise
    return Child(connection, answer["pid"])


def _read_line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            return b""
        line += part
    return line


class ForkServer:
    """A running fork server; a context manager that ends it and everything that it forked.

    `environment` is added to that of this process.

    Raises
    ------
    RuntimeError
        On entering, when the server does not come up or says that forking would not be safe.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment or {}
        self._folder = tempfile.mkdtemp(prefix="arwap-", dir=short_temporary_root())
        self._reviving = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._drained: threading.Thread | None = None

    @property
    def address(self) -> str:
        """The path of its socket."""
        return f"{self._folder}/fork"

    @property
    def pid(self) -> int | None:
        """Its process, None before it is started."""
        return self._process.pid if self._process else None

    def __enter__(self) -> ForkServer:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "arwap_analysis.run.warm.server", self.address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONHASHSEED": "0", **ONE_THREAD, **os.environ, **self._environment},
            start_new_session=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        try:
            line = self._process.stdout.readline()
        except BaseException:  # interrupted while it loads
            self.close()
            raise
        answer = json.loads(line) if line.startswith("{") else {}
        if "ready" not in answer:
            why = answer.get("refused") or self._last_words()
            self.close()
            raise RuntimeError(f"no process could be prepared to fork from: {why}")
        # It keeps its errors to itself from here on; a full pipe would stop it.
        self._drained = threading.Thread(target=self._drain, args=(self._process.stderr,), daemon=True)
        self._drained.start()
        return self

    def _last_words(self) -> str:
        assert self._process is not None
        assert self._process.stderr is not None
        lines = self._process.stderr.read().strip().splitlines()
        return lines[-1] if lines else "it ended without a word"

    def _drain(self, stderr: IO[str]) -> None:
        for _ in stderr:
            pass

    def is_alive(self) -> bool:
        """Say whether the server still runs."""
        return self._process is not None and self._process.poll() is None

    def revive(self) -> None:
        """Start the server again if it was killed; raises RuntimeError when it does not come up."""
        with self._reviving:
            if not self.is_alive():
                self.close()
                self._folder = tempfile.mkdtemp(prefix="arwap-", dir=short_temporary_root())
                self.__enter__()

    def ask(self, request: Mapping[str, Any], *, said: int, channel: int) -> Child:
        """Ask for a process; see `ask`."""
        return ask(self.address, request, said=said, channel=channel)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and all that it forked."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
            if self._drained is not None:
                self._drained.join()
            if process.stderr is not None:
                process.stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def folder(self) -> Path:
        """A private folder that goes with the server."""
        return Path(self._folder)
