"""The process that forks: it loads the heavy libraries once, before any thread starts, and then waits for requests.

A client connects to its socket, in a folder that only this user can enter, and sends one line of JSON and two open
files: where the new process is to write what it says, and a channel to the client. The connection then stands for
the process: the server writes its exit code there, and kills the process and all that it started when the connection
closes, so that nobody who dies leaves a kernel behind. The server itself ends when its standard input closes.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1
_LARGEST_REQUEST = 2**20


def _load() -> None:
    """Import what reports use, and write one for nobody, so that no report waits for it.

    Nothing here may start a thread or keep anything of a report: everything that follows is born from this state.
    """
    import ipykernel.kernelapp
    import ipykernel.zmqshell
    import IPython.core.interactiveshell
    import nbclient
    import nbformat
    import pandas
    import papermill
    import statsmodels.api
    import xlsxwriter

    import arwap_analysis.review.preflight
    import arwap_analysis.run.batch.worker
    import arwap_analysis.run.differences
    import arwap_analysis.run.engine
    import arwap_analysis.run.kernels
    import arwap_analysis.run.warm.provisioner
    from arwap_analysis.present.bundle import rehearse
    from arwap_analysis.run.provenance import code_digest, package_versions

    rehearse()
    code_digest()
    package_versions()
    del xlsxwriter, IPython, ipykernel, nbclient, nbformat, pandas, papermill, statsmodels, arwap_analysis


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


class _Server:
    """One loop, one thread: connections in, processes out."""

    def __init__(self, address: str) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._address = address
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        self._listener.listen(128)
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, socket.socket] = {}
        self._wake, wakes = socket.socketpair()
        self._wakes = wakes
        for end in (self._wake, wakes):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Answer until standard input closes."""
        self._selector.register(0, selectors.EVENT_READ, None)
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj == 0:
                    if not os.read(0, 4096):
                        return
                elif key.fileobj is self._wake:
                    with contextlib.suppress(BlockingIOError):
                        self._wake.recv(4096)
                elif key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    self._selector.register(connection, selectors.EVENT_READ, 0)
                elif key.data:
                    self._obey(key.fileobj, key.data)  # type: ignore[arg-type]
                else:
                    self._answer(key.fileobj)  # type: ignore[arg-type]
            self._reap()

    def close(self) -> None:
        """Kill whatever still runs."""
        for pid in list(self._children):
            self._kill(pid, signal.SIGKILL)
        self._listener.close()

    def _answer(self, connection: socket.socket) -> None:
        """Read a request, fork, and say which process it became."""
        try:
            text, files = _receive(connection)
        except OSError:
            text, files = b"", []
        try:
            if not text:
                self._drop(connection)
                return
            pid = self._fork(json.loads(text), files)
            self._children[pid] = connection
            self._selector.modify(connection, selectors.EVENT_READ, pid)
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        except OSError as error:  # no process could be made, or the client went away: its end closes the case
            with contextlib.suppress(OSError):
                connection.sendall(json.dumps({"error": str(error)}).encode() + b"\n")
        finally:
            for file in files:
                os.close(file)

    def _obey(self, connection: socket.socket, pid: int) -> None:
        """Pass a signal on; a closed connection means that nobody waits for this process any longer."""
        try:
            text = connection.recv(4096)
        except OSError:
            text = b""
        if not text:
            self._kill(pid, signal.SIGKILL)
            self._selector.unregister(connection)
            return
        for line in text.splitlines():
            order = json.loads(line)
            self._kill(pid, order["signal"], alone=order["alone"])

    def _kill(self, pid: int, number: int, *, alone: bool = False) -> None:
        """Signal a process and, unless `alone`, all that it started. It is not reaped yet, so the number is its own."""
        if pid not in self._children:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
        if not alone:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)

    def _reap(self) -> None:
        """Tell clients of processes that ended, and end what those left running."""
        for pid, connection in list(self._children.items()):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            del self._children[pid]
            with contextlib.suppress(OSError):
                connection.sendall(json.dumps({"exit": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(connection)
        connection.close()

    def _fork(self, request: dict[str, Any], files: list[int]) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become(request, files, parent)
        return pid

    def _become(self, request: dict[str, Any], files: list[int], parent: int) -> NoReturn:
        """Turn this fork into the process that was asked for; it never returns into the server's loop."""
        code = 1
        try:
            os.setsid()
            if sys.platform == "linux":
                # Should the server be killed, its processes go with it.
                self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
                if os.getppid() != parent:
                    os._exit(1)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._selector.close()
            for end in (self._listener, self._wake, self._wakes, *self._children.values()):
                end.close()
            said, channel = files
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(said, 1)
            os.dup2(said, 2)
            os.environ.clear()
            os.environ.update(request["env"])
            tempfile.tempdir = None  # where temporary files go was found out before, with another environment
            os.chdir(request["cwd"])
            code = _run(request, channel)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        except KeyboardInterrupt:
            code = 130
        except BaseException:  # noqa: BLE001 - a fork that let an error pass would go on as a second server
            import traceback

            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            # Taking the interpreter down tidily would take longer than the fork did.
            os._exit(code)


def _run(request: dict[str, Any], channel: int) -> int:
    if request["target"] == "kernel":
        from arwap_analysis.run.warm.kernel import start_kernel

        start_kernel(request["arguments"], ready=channel)
        return 0
    from arwap_analysis.run.batch.worker import work

    with os.fdopen(channel, "w", encoding="utf-8", buffering=1) as stream:
        return work(request["job"], stream)


def _receive(connection: socket.socket) -> tuple[bytes, list[int]]:
    """Return one line and the files sent with it."""
    connection.settimeout(10)  # a client sends all at once; one that does not may not hold up the others
    text, files = b"", []
    while not text.endswith(b"\n") and len(text) < _LARGEST_REQUEST:
        part, new, _, _ = socket.recv_fds(connection, 65536, 4)
        files += new
        if not part:
            return b"", files
        text += part
    connection.settimeout(None)
    return text, files


def main(address: str) -> None:
    """Load, say on standard output whether forking is safe, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the batch, which closes the input of this process
    _load()
    if (threads := _threads()) != 1:
        # A thread that holds a lock at the moment of the fork would leave it locked in every report.
        sys.stdout.write(json.dumps({"refused": f"{threads} threads run after the libraries are loaded"}) + "\n")
        return
    gc.collect()
    gc.freeze()  # the collector would otherwise write to, and so copy, every page that the forks share
    server = _Server(address)
    sys.stdout.write(json.dumps({"ready": os.getpid()}) + "\n")
    sys.stdout.flush()
    os.dup2(2, 1)
    try:
        server.serve()
    finally:
        server.close()
        # Whoever made this folder may be gone, and with it the one who would have removed it.
        shutil.rmtree(Path(address).parent, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
