"""The page that lists reports: what became of each, when, why, what changed, and what to do about a failure.

It is complete without script; a small one of our own, named by its digest in the page's policy, adds a search.
All text from data is escaped, links are relative, and characters that would turn a line round are shown by name.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources as package_files
from typing import Any, Literal
from urllib.parse import quote

from arwap_analysis.present.dates import write_date
from arwap_analysis.present.harmless import name_controls
from arwap_analysis.present.phrases import phrase, untranslated
from arwap_analysis.present.sentences import say
from arwap_analysis.texts import FIRST_LANGUAGE, LANGUAGES

__all__ = ["Failure", "ReportIndex", "ReportRow", "ReportStatus", "render_index"]

ReportStatus = Literal["failed", "not_run", "made", "up_to_date"]

_WORDS = (
    "index_skip",
    "index_title",
    "index_kicker",
    "index_caption",
    "index_footer",
    "index_search",
    "index_filter",
    "index_show_all",
    "index_all",
    "index_nothing_found",
    "index_first_run",
    "index_no_change",
    "index_changed",
    "index_not_recorded",
    "index_alone",
    "index_code",
    "index_no_date",
    "index_column_report",
    "index_column_status",
    "index_column_date",
    "index_column_story",
    "index_column_files",
    "index_failed_notebook",
    "index_error",
    "index_last_batch",
    "index_workers",
    "index_kernels",
)
_STATUS_WORDS: dict[ReportStatus, str] = {
    "failed": "index_failed",
    "not_run": "index_not_run",
    "made": "index_made",
    "up_to_date": "index_up_to_date",
}
_LONGEST_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with a report, and how to look into it.

    Attributes
    ----------
    message, cell, code
        What happened, in which cell (empty where in none), and the stable reason (empty where none was recorded).
    when
        When it happened, None where that is not known.
    command
        Renders the report alone; empty where it was not recorded.
    notebook, error
        The failed notebook and the text of the error, as paths from the folder of the page; None where there is none.
    """

    message: str
    cell: str = ""
    code: str = ""
    when: datetime | None = None
    command: str = ""
    notebook: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report of the list; paths go from the folder of the page, with `/`.

    Attributes
    ----------
    id, title, status
        What it is, and what became of it.
    language
        The language of the title, which may be written in no other.
    made
        When the report that lies there was made; None where there is none or it does not say.
    page, files
        The report's page, None where there is none, and the other files to link to.
    why, changes
        Why it was made, and what differs from the report before it; None where nothing is known of that.
    first
        There was no report before it.
    recorded
        A batch made it, and so recorded why.
    failure
        Of a report that failed or was not run.
    """

    id: str
    title: str
    status: ReportStatus
    language: str = FIRST_LANGUAGE
    made: datetime | None = None
    page: str | None = None
    files: tuple[str, ...] = ()
    why: str = ""
    changes: tuple[str, ...] | None = None
    first: bool = False
    recorded: bool = True
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class ReportIndex:
    """The reports of an outputs folder in the order in which they are shown, and the last batch, if there was one."""

    rows: tuple[ReportRow, ...]
    started: datetime | None = None
    finished: datetime | None = None
    workers: int | None = None
    kernels: str = ""


def render_index(
    index: ReportIndex, *, language: str = FIRST_LANGUAGE, editions: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the page; the same bytes for the same list.

    What a run says of itself (failures, changes, kernels) is English on every page, and marked as such. `editions` are
    (language tag, file name) of the same page in other languages.
    """
    script = _file("reports.js")
    counts = {status: sum(row.status == status for row in index.rows) for status in _STATUS_WORDS}
    return str(
        _template().render(
            language=language,
            english=_tag(FIRST_LANGUAGE, language),
            editions=[(tag, file, LANGUAGES[tag]) for tag, file in editions],
            languages=say("page_languages", language=language),
            words={name.removeprefix("index_"): say(name, language=language) for name in _WORDS},
            style=_markup(_file("report.css") + _file("reports.css")),
            script=_markup(script),
            script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            summary=_summary(counts, language),
            shown=say("index_shown", language=language, shown="{shown}", total="{total}"),
            batch=_batch(index, language),
            counts={status: number for status, number in counts.items() if number},
            total=len(index.rows),
            rows=[_row(row, language) for row in index.rows],
            statuses={status: say(id, language=language) for status, id in _STATUS_WORDS.items()},
        )
    )


def _tag(language: str, page: str) -> Any:
    """Return the attribute of words in a language on a page, none where it is the page's own."""
    return _markup("" if language == page else f' lang="{language}"')


def _file(name: str) -> str:
    return package_files.files(__package__).joinpath("template", name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["address"] = _address
    return environment.from_string(_file("reports.html.j2"))


def _markup(text: str) -> Any:
    """Mark text of our own files as what it is, so that it is not escaped."""
    from markupsafe import Markup

    return Markup(text)


def _shown(value: Any) -> Any:
    """Name the characters of a text that would not be seen, or would change how others are; leave our own markup."""
    if type(value) is not str:
        return value
    return name_controls(value)


def _address(path: str) -> str:
    """Return a relative link: every character that means something in an address is encoded, a colon too."""
    return "./" + quote(path.encode("utf-8", "surrogateescape"))


def _summary(counts: Mapping[ReportStatus, int], language: str) -> list[str]:
    """Return the sentences on top: how many reports, how many of them failed or were not run."""
    total = sum(counts.values())
    if total == 0:
        return [say("index_none", language=language)]
    number = "one" if total == 1 else "many"
    if not counts["failed"] and not counts["not_run"]:
        ids = {"one": "index_all_made_one", "many": "index_all_made_many"}
        return [say(ids[number], language=language, total=total)]
    sentences = []
    if counts["failed"]:
        ids = {"one": "index_some_failed_one", "many": "index_some_failed_many"}
        sentences.append(say(ids[number], language=language, failed=counts["failed"], total=total))
    if counts["not_run"]:
        ids = {"one": "index_some_not_run_one", "many": "index_some_not_run_many"}
        sentences.append(say(ids[number], language=language, not_run=counts["not_run"], total=total))
    return sentences


def _batch(index: ReportIndex, language: str) -> dict[str, Any] | None:
    if index.started is None or index.finished is None:
        return None
    ids = "index_from_to_day" if _utc(index.started).date() == _utc(index.finished).date() else "index_from_to_days"
    when = say(
        ids,
        language=language,
        day=_day(index.started, language),
        first=f"{_utc(index.started):%H:%M}",
        last_day=_day(index.finished, language),
        last=f"{_utc(index.finished):%H:%M}",
    )
    return {"when": when, "workers": index.workers, "kernels": index.kernels}


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC)


def _day(when: datetime, language: str) -> str:
    return write_date(_utc(when).date(), language=language)


def _time(when: datetime | None, language: str) -> dict[str, str] | None:
    """Return a moment for machines and for people."""
    if when is None:
        return None
    words = say("index_time", language=language, day=_day(when, language), time=f"{_utc(when):%H:%M}")
    return {"machine": _utc(when).isoformat(timespec="seconds"), "words": words}


def _row(row: ReportRow, language: str) -> dict[str, Any]:
    """Return what the template needs of a report, its sentences made."""
    # What a record of an earlier version says may have no words in this language: it stays as it is, and marked.
    foreign = bool(untranslated([row.why], language=language))
    why = row.why if foreign else phrase(row.why, language=language)
    story = {
        "why": say("index_why", language=language, why=why) if why and not foreign else why,
        "why_tag": _tag(FIRST_LANGUAGE, language) if foreign else "",
        "where": "",
        "message": "",
        "stands": "",
    }
    if row.failure is not None:
        stopped = row.status == "not_run"
        story["message"] = say("index_stopped", language=language) if stopped else _cut(row.failure.message, language)
        if row.failure.cell:
            story["where"] = say("index_where", language=language, cell=row.failure.cell)
        if row.page is not None:
            known = row.made is not None
            stands = {"day": _day(row.made, language)} if row.made is not None else {}
            story["stands"] = say("index_stands" if known else "index_stands_no_date", language=language, **stands)
    return {
        "report": row,
        "title_tag": _tag(row.language, language),
        "status": say(_STATUS_WORDS[row.status], language=language),
        "when": _time(row.failure.when if row.failure else row.made, language),
        "files": [(path.rpartition("/")[2], path) for path in row.files],
        "story": story,
        "command": row.failure.command.split(" ") if row.failure and row.failure.command else [],
    }


def _cut(message: str, language: str) -> str:
    """Return a message whole, or its beginning and how much more there is."""
    more = len(message) - _LONGEST_MESSAGE
    if more <= 0:
        return message
    return say("index_cut", language=language, beginning=message[:_LONGEST_MESSAGE], more=f"{more:,}")
