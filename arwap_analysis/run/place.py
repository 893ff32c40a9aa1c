"""Where a report is written: aside first, by one run at a time, and moved into its place whole."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arwap_analysis.errors import Fault, ParameterError, RunError

__all__ = [
    "clean_up",
    "exclusive",
    "failed_folder",
    "is_url",
    "move_into_place",
    "place_of",
    "short_temporary_root",
]

_URL = re.compile(r"([a-z][a-z0-9+.-]+):/{1,2}", re.IGNORECASE)
_LONGEST_SOCKET = 100


def is_url(place: Path | str) -> bool:
    """Say whether a folder lies in a store that is reached by its URL, and not in a file system of this machine."""
    return not isinstance(place, Path) and _URL.match(str(place)) is not None


def place_of(place: Path | str) -> Path:
    """Return a folder, or for a URL such as `s3://bucket/reports` what behaves like a folder.

    Raises
    ------
    ParameterError
        When the packages that reach the store are not installed.
    """
    text = str(place)
    if text.startswith("file://"):
        return Path(text.removeprefix("file://"))
    if not is_url(text):
        return Path(place)
    try:
        from upath import UPath

        found = UPath(place)
        found.fs  # noqa: B018 - a store whose package is missing says so here, before any work
    except (ImportError, ValueError) as error:
        raise ParameterError(
            Fault("no_store", f"this kind of URL cannot be reached: {error}", text,
                  hint="pip install 'arwap_analysis[cluster]', and the package of the store, such as s3fs.")
        ) from None  # fmt: skip
    placed: Path = found  # it has the methods of a path that are used here
    return placed


def short_temporary_root(levels: int = 1) -> str:
    """Return where to make a temporary folder that is to hold sockets, `levels` folders deep.

    The system allows a socket's name little more than 100 bytes; where the usual place is too long for it (some
    schedulers give every job a long one), `/tmp` is taken.
    """
    usual = tempfile.gettempdir()
    longest = _LONGEST_SOCKET - len("/kernel-4") - levels * len("/arwap-12345678")
    return "/tmp" if len(os.fsencode(usual)) > longest and Path("/tmp").is_dir() else usual


def failed_folder(target: Path) -> Path:
    """Return the folder that keeps what is left of a failed run."""
    return target.with_name(f"{target.name}.failed")


@contextmanager
def exclusive(target: Path) -> Iterator[Path]:
    """Lend an empty folder beside `target` to the one run that may write it, and remove it afterwards.

    Raises
    ------
    ParameterError
        When nothing can be written there.
    RunError
        When another run is writing the same report.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(target.with_name(f".{target.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise ParameterError(
            Fault(
                "cannot_write",
                f"the outputs folder cannot be written to: {error.strerror}",
                str(target.parent),
                hint="Choose another folder with --out, or ask for the right to write there.",
            )
        ) from None
    try:
        if not _lock(lock):
            what = "another run is writing this report; wait for it, or use another --out"
            raise RunError(target.name, what, code="busy")
        _recover(target)
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
        ) as aside:
            inner = Path(aside) / target.name
            inner.mkdir()
            yield inner
    finally:
        os.close(lock)


def clean_up(target: Path) -> None:
    """Mend what a killed run left, unless another run is writing there by now."""
    try:
        lock = os.open(target.with_name(f".{target.name}.lock"), os.O_RDWR)
    except OSError:
        return
    try:
        if _lock(lock):
            _recover(target)
    finally:
        os.close(lock)


def _lock(handle: int) -> bool:
    """Take the lock of a report; it falls when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows has no fcntl; there, two runs into one folder are the user's to avoid
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _recover(target: Path) -> None:
    """Clean up after a run that was killed: bring back a report that stood aside, drop what was half made."""
    previous = target.with_name(f".{target.name}.previous")
    if previous.exists():
        if target.exists():
            shutil.rmtree(previous)
        else:
            previous.rename(target)
    for leftover in target.parent.glob(f".{target.name}.*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)


def move_into_place(aside: Path, target: Path) -> None:
    """Replace the earlier report by the new one; if the second rename fails, the earlier one comes back."""
    previous = target.with_name(f".{target.name}.previous")
    if target.exists():
        target.rename(previous)
    try:
        aside.rename(target)
    except OSError:
        if previous.exists():
            previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)
