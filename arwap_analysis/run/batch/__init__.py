"""Many reports in one run: planned, isolated from each other, made in parallel, and recorded."""

from arwap_analysis.run.batch.plan import Job, only_failed, plan_jobs
from arwap_analysis.run.batch.record import BatchRecord, Outcome, read_record
from arwap_analysis.run.batch.run import BatchResult, Event, default_workers, run_batch

__all__ = [
    "BatchRecord",
    "BatchResult",
    "Event",
    "Job",
    "Outcome",
    "default_workers",
    "only_failed",
    "plan_jobs",
    "read_record",
    "run_batch",
]
