"""Microdata (a row for each person) of any size, reduced to sums for each group by an embedded engine.

One statement reads CSV or Parquet files once, as a stream, and only sums come out of it: the rows of people never
leave the engine, which can open the named files and nothing else. `Reduction` says what to sum,
`reduce_microdata` does it, and `explain_sql` shows how.
"""

from arwap_analysis.sources.microdata.plan import Outcome, Reduction
from arwap_analysis.sources.microdata.reduce import SufficientStatistics, explain_sql, reduce_microdata

__all__ = ["Outcome", "Reduction", "SufficientStatistics", "explain_sql", "reduce_microdata"]
