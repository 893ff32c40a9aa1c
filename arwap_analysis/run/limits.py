"""What a report may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

__all__ = ["MEGABYTE", "Limits", "part_of_memory", "share_of_memory"]

MEGABYTE = 1_000_000
_SHARED = 0.8
"""The part of the machine's memory that reports may take together; the rest is for everything else."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a report may use; None sets no limit.

    Attributes
    ----------
    cell_seconds, report_seconds
        How long a cell, and all cells together, may take.
    memory_bytes
        Memory that its kernel may ask for beyond what the libraries hold (Linux only).
    output_bytes
        Text that its cells may show.
    """

    cell_seconds: float | None = None
    report_seconds: float | None = None
    memory_bytes: int | None = None
    output_bytes: int | None = 64 * MEGABYTE


def share_of_memory(workers: int) -> int | None:
    """Return the memory that each of `workers` reports may take at once, None where the system does not say."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    return part_of_memory(whole, workers)


def part_of_memory(whole: int, reports: int) -> int:
    """Return the memory that each of `reports` at once may take of a machine's `whole`, in bytes."""
    return int(whole * _SHARED / reports)
