"""Print the page of a finished report as a PDF, by a browser that is at hand: tagged, with its tables and alt texts.

The PDF lies beside the report's folder, not in it: it holds the time at which it was printed, and a report is complete
and can be verified without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from arwap_analysis.errors import Fault, ParameterError, RunError

__all__ = ["find_browser", "print_pdf"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_SECONDS = 120
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The page asks for nothing; no name would resolve if it did.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


def find_browser() -> str:
    """Return the path of a browser that can print.

    Raises
    ------
    ParameterError
        `no_browser` where none of the family of Chromium is found.
    """
    for name in _BROWSERS:
        if found := shutil.which(name):
            return found
    hint = "Install Chromium, Chrome or Edge, or print report.html from any browser."
    raise ParameterError(Fault("no_browser", "no browser that can print a page was found", hint=hint))


def print_pdf(folder: Path | str, *, to: Path | None = None) -> tuple[Path, ...]:
    """Print every page of a report and return the PDFs.

    Parameters
    ----------
    folder : path
        What `arwap run` left; nothing is written into it.
    to : Path, optional
        The folder for the PDFs; by default the one around the report's. `report.html` becomes ID.pdf, a page in another
        language ID.cy.pdf.

    Raises
    ------
    ParameterError
        Where there is no page, no such folder to print to, or no browser.
    RunError
        When the browser fails; an earlier PDF stays as it was.
    """
    folder = Path(folder).absolute()
    pages = sorted(folder.glob("report*.html"))
    if not pages:
        hint = "Name the folder of a report that 'arwap run' made."
        raise ParameterError(Fault("no_page", "there is no report.html to print", str(folder), hint=hint))
    target = folder.parent if to is None else Path(to).absolute()
    if not target.is_dir():
        raise ParameterError(Fault("no_such_folder", "there is no such folder to print to", str(target)))
    browser = find_browser()
    return tuple(
        _print(browser, page, target / (folder.name + page.stem.removeprefix("report") + ".pdf"), folder.name)
        for page in pages
    )


def _print(browser: str, page: Path, pdf: Path, id: str) -> Path:
    """Print one page aside and move it into place whole."""
    # A browser in a sandbox of its own cannot be started by root, as containers often are.
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix=f".{pdf.stem}.", dir=pdf.parent, ignore_cleanup_errors=True) as aside:
        made = Path(aside) / "page.pdf"
        profile = f"--user-data-dir={Path(aside) / 'profile'}"
        command = [browser, *_FLAGS, *sandbox, profile, f"--print-to-pdf={made}", page.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RunError(id, f"the browser could not print {page.name}: {error}", code="cannot_write") from None
        if done.returncode != 0 or not made.is_file() or not made.read_bytes().startswith(b"%PDF-"):
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise RunError(id, f"the browser did not print {page.name}: {said}", code="cannot_write")
        made.replace(pdf)
    return pdf
