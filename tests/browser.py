"""Drive Debian's chromium without a window and without a network, for the tests of pages."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

__all__ = ["dump_dom", "find_chromium", "requests_made", "screenshot"]

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
    # No name resolves: whatever a page asks for from outside fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def find_chromium() -> str:
    """Return the path of a chromium, or skip the test and say what to install."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no chromium on this machine; install Debian's package 'chromium' to run the browser tests")


def _run(*arguments: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        command = [find_chromium(), *_FLAGS, f"--user-data-dir={profile}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def screenshot(page: Path, image: Path, *, width: int, height: int) -> Path:
    """Draw a page into a PNG."""
    _run(f"--window-size={width},{height}", f"--screenshot={image}", page.as_uri())
    return image


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
