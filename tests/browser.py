"""Drive Debian's chromium without a window and without a network, for the tests of pages.

`screenshot`, `dump_dom` and `requests_made` are one command each. `evaluate` and `open_page` speak the
DevTools protocol through pipes, because only there can a window be as narrow as a telephone and a question
be asked of a page whose policy forbids scripts.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Tab", "dump_dom", "evaluate", "find_chromium", "open_page", "requests_made", "screenshot"]

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # No name resolves, and no proxy listens: whatever a page asks for from outside fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
)


# The browser reads descriptor 3 and writes 4: put our ends there, then become the browser.
_MOVE = "import os, sys; i, o, *to = sys.argv[1:]; os.dup2(int(i), 3); os.dup2(int(o), 4); os.execv(to[0], to)"


def find_chromium() -> str:
    """Return the path of a chromium, or skip the test and say what to install."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no chromium on this machine; install Debian's package 'chromium' to run the browser tests")


def _run(*arguments: str) -> str:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [find_chromium(), *_FLAGS, f"--user-data-dir={profile}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def dump_dom(page: Path, *, width: int = 1280) -> str:
    """Return the page as the browser understood it."""
    return _run(f"--window-size={width},900", "--dump-dom", page.as_uri())


def requests_made(page: Path) -> list[str]:
    """Return every address outside the page's own file that the browser tried to reach while it opened it."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "net.json"
        _run(f"--log-net-log={log}", "--dump-dom", page.as_uri())
        text = log.read_text(encoding="utf-8")
    events = json.loads(text if text.rstrip().endswith("}") else text.rstrip().rstrip(",") + "]}")["events"]
    # The browser asks its maker for the time and for updates by itself; those requests have no page behind them.
    asked = [e["params"] for e in events if e.get("params", {}).get("initiator", "not an origin") != "not an origin"]
    return sorted({p["url"] for p in asked if p["url"].startswith(("http", "ws", "ftp"))})


class Tab:
    """One open page, spoken to in the DevTools protocol: messages in JSON, each ended by a null byte."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._in, self._out = os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")
        self._session: str | None = None
        self._last, self._rest = 0, b""

    def attach(self) -> None:
        """Open an empty page and speak to it from now on."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result, passing over events."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        self._out.flush()
        answer = self._read(lambda m: m.get("id") == self._last)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def go(self, page: Path, *, width: int, height: int) -> None:
        """Open a page in a window of exactly this size, and wait until it is loaded."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=page.as_uri())
        self._read(lambda m: m.get("method") == "Page.loadEventFired")

    def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, awaited; the page's own policy does not bind it."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"].get("exception", answer["exceptionDetails"])))
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key, as someone without a mouse does."""
        for kind in ("keyDown", "keyUp"):
            code = {"Tab": 9, "Enter": 13}[key]
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def close(self) -> None:
        """Close both pipes."""
        for end in (self._in, self._out):
            with suppress(OSError):
                end.close()

    def _read(self, wanted: Any) -> dict[str, Any]:
        while True:
            while b"\0" not in self._rest:
                more = self._in.read1(1 << 16)
                if not more:
                    raise RuntimeError("the browser ended")
                self._rest += more
            first, self._rest = self._rest.split(b"\0", 1)
            message = json.loads(first)
            if wanted(message):
                return message


def _pipe() -> tuple[int, int]:
    """Return both ends of a pipe, numbered from 10 up so that the browser's 3 and 4 are free."""
    low = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in low]
    for end in low:
        os.close(end)
    return high[0], high[1]


@contextmanager
def open_page(page: Path, *, width: int = 1280, height: int = 900) -> Iterator[Tab]:
    """Open a page in a window of exactly this size, for questions, keys and other media."""
    chromium = find_chromium()
    browser_in, to_browser = _pipe()
    from_browser, browser_out = _pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = [*_FLAGS, "--remote-debugging-pipe", f"--user-data-dir={profile}"]
        process = subprocess.Popen(
            [sys.executable, "-c", _MOVE, str(browser_in), str(browser_out), chromium, *flags],
            pass_fds=(browser_in, browser_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(browser_in)
        os.close(browser_out)
        tab = Tab(from_browser, to_browser)
        try:
            tab.attach()
            tab.go(page, width=width, height=height)
            yield tab
        finally:
            tab.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def evaluate(page: Path, expression: str, *, width: int = 1280, height: int = 900) -> Any:
    """Return what a JavaScript expression gives in the page, in a window of exactly this size."""
    with open_page(page, width=width, height=height) as tab:
        return tab.ask(expression)


def screenshot(page: Path, image: Path, *, width: int, height: int) -> Path:
    """Draw a page into a PNG, in a window of exactly this size."""
    with open_page(page, width=width, height=height) as tab:
        image.write_bytes(base64.b64decode(tab.call("Page.captureScreenshot", format="png")["data"]))
    return image
