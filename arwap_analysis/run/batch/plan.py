"""Which reports a batch is to make: files, folders and patterns become jobs, each of one report."""

from __future__ import annotations

import glob
import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from arwap_analysis.errors import ArwapError, DataError, Fault, ParameterError, did_you_mean
from arwap_analysis.project import find_project
from arwap_analysis.run.batch.record import failures, read_record
from arwap_analysis.run.freshness import Digests, digests, may_be_released, why_stale
from arwap_analysis.run.place import failed_folder, is_url, place_of
from arwap_analysis.run.spec import OVERRIDE_OPTION, Readings, matrix_overrides, read_report

__all__ = ["Job", "only_failed", "plan_jobs"]

_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Job:
    """One report of a batch.

    Attributes
    ----------
    id
        Names the folder of the report; the name of the file, with its ending, where that cannot be used.
    file
        Parameters file.
    overrides
        `key=value` pairs: those that choose the report of a matrix, and those of the whole batch.
    out
        Folder in which the report's own folder lies.
    why
        Why it has to be made, in words; empty where it is up to date.
    fault
        Why it cannot be made: its parameters file is not usable.
    release
        Whether it is to be released: then it fails where its tables give a hidden count away.
    """

    id: str
    file: Path
    overrides: tuple[str, ...]
    out: Path
    why: str = ""
    fault: ArwapError | None = None
    release: bool = False

    @property
    def folder(self) -> Path:
        """The folder of the report."""
        return self.out / self.id

    @property
    def command(self) -> str:
        """The command that renders this report alone, into the project's outputs where the batch goes to a URL."""
        pairs = [part for pair in self.overrides for part in ("--set", pair)]
        out = [] if is_url(self.out) else ["--out", str(self.out)]
        release = ["--release"] if self.release else []
        return shlex.join(["arwap", "run", str(self.file), *pairs, *out, *release])


def plan_jobs(
    paths: Iterable[Path | str],
    *,
    out: Path | str | None = None,
    overrides: Sequence[str] = (),
    force: bool = False,
    release: bool = False,
) -> list[Job]:
    """Return a job for each report that the parameters files stand for.

    A file that cannot be used is a job with its `fault`, so that it fails by name and the others are made.

    Parameters
    ----------
    paths
        Parameters files, folders (every .yml and .yaml file below them), or patterns such as `params/*.yml`.
    out
        Folder for the reports, or a URL such as `s3://bucket/reports`; the project's `outputs` unless given.
    overrides
        `key=value` pairs for every report. A key of a matrix is then the same for all.
    force
        Make reports that are up to date as well.
    release
        The reports are to be released; see `run_report`.

    Raises
    ------
    ParameterError
        When a path leads to no file, an override cannot be used, `out` is no folder or a URL that cannot be reached,
        or two reports would be written into one folder.
    """
    root = None if out is None else place_of(out)
    if root is not None and not is_url(root) and root.exists() and not root.is_dir():
        raise ParameterError(Fault("cannot_write", "this is not a folder", str(out), hint="Choose another with --out."))
    given, readings, digest = tuple(overrides), Readings(), digests()
    found = [job for file in _files(paths) for job in _jobs_of(file, root, given, readings, digest, force)]
    jobs = [_for_release(job) if release else job for job in found]
    _refuse_shared_folders(jobs)
    return jobs


def _files(paths: Iterable[Path | str]) -> list[Path]:
    found: dict[Path, Path] = {}
    faults = []
    for path in map(Path, paths):
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES and p.is_file())
        elif path.is_file():
            files = [path]
        else:
            # Path.glob takes no absolute pattern, and a pattern may start anywhere.
            files = [Path(p) for p in sorted(glob.glob(str(path), recursive=True)) if Path(p).is_file()]  # noqa: PTH207
        if not files:
            faults.append(_nothing(path))
        for file in files:
            found.setdefault(file.resolve(), file)
    if faults:
        raise ParameterError(faults)
    return list(found.values())


def _nothing(path: Path) -> Fault:
    if path.is_dir():
        return Fault("missing_file", "this folder holds no parameters file (.yml)", str(path))
    what = "no file matches this pattern" if glob.has_magic(str(path)) else "there is no such file or folder"
    beside = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    near = [p.name for p in beside if p.suffix in (".yml", ".yaml") or (p.is_dir() and not p.name.startswith("."))]
    hint = did_you_mean(path.name, near) if near else "Name a parameters file, a folder of them or a pattern."
    return Fault("missing_file", what, str(path), hint=hint)


def _jobs_of(
    file: Path, out: Path | None, overrides: tuple[str, ...], readings: Readings, digest: Digests, force: bool
) -> Iterator[Job]:
    """Yield the jobs of one file; what cannot be used becomes a job that is known to fail."""
    try:
        root = (find_project(file.resolve().parent) / "outputs" if out is None else out).absolute()
    except ParameterError as error:
        yield Job(file.name, file, overrides, Path("outputs").absolute(), fault=error)
        return
    try:
        points = matrix_overrides(file, readings=readings)
    except (ParameterError, DataError) as error:
        yield Job(file.name, file, overrides, root, fault=error)
        return
    fixed = {pair.partition("=")[0] for pair in overrides}
    for point in dict.fromkeys(tuple(pair for pair in p if pair.partition("=")[0] not in fixed) for p in points):
        chosen = (*point, *overrides)
        try:
            report = read_report(file, overrides=chosen, readings=readings)
        except (ParameterError, DataError) as error:
            if any(fault.file == OVERRIDE_OPTION for fault in error.faults):
                raise
            name = " ".join([file.name, *point])
            yield Job(name, file, chosen, root, fault=error)
            continue
        stale = why_stale(report, root / report.id, digest)
        why = "it was asked for" if stale is None and force else stale
        if failed_folder(root / report.id).is_dir():
            why = "it failed last time"
        yield Job(report.id, file, chosen, root, why=why or "")


def _for_release(job: Job) -> Job:
    """Return a job whose report is to be released; one that is up to date and may not be is made again, and fails."""
    why = job.why or ("" if job.fault or may_be_released(job.folder) else "it was not fit to be released")
    return replace(job, why=why, release=True)


def _refuse_shared_folders(jobs: Sequence[Job]) -> None:
    """Two reports in one folder would take turns in replacing each other."""
    places = defaultdict(list)
    for job in jobs:
        if job.fault is None:
            places[job.folder].append(job)
    faults = [
        Fault(
            "shared_folder",
            f"two reports would be written into the folder '{same[0].id}'",
            str(same[1].file),
            hint=f"The other one is of {same[0].file}; give one of them another 'id'.",
        )
        for same in places.values()
        if len(same) > 1
    ]
    if faults:
        raise ParameterError(faults)


def only_failed(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs that the last batch in their outputs folder did not finish."""
    unfinished: dict[Path, set[str]] = {}
    for folder in {job.out for job in jobs}:
        record = read_record(folder)
        unfinished[folder] = {outcome.id for outcome in failures(record.outcomes)} if record else set()
    return [job for job in jobs if job.id in unfinished[job.out]]
