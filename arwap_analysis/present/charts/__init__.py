"""Charts of protected results: direct labels, intervals drawn, colour never the only sign.

Each takes a ProtectedTable in the shape of the disparity table and returns SVG text that is the same on
every machine: letters are drawn as paths in the font that comes with matplotlib.
"""

from arwap_analysis.present.charts.delivery import deadlines_over_time
from arwap_analysis.present.charts.drawing import GroupStyle, group_styles, rehearse
from arwap_analysis.present.charts.forest import forest, funnel
from arwap_analysis.present.charts.groups import dots_by_group, intervals_by_group, ranges_by_group
from arwap_analysis.present.charts.levels import levels_by_group
from arwap_analysis.present.charts.lines import lines_by_group
from arwap_analysis.present.charts.matrix import numbers_matrix, signs_matrix
from arwap_analysis.present.charts.pairs import comparisons_by_group

__all__ = [
    "GroupStyle",
    "comparisons_by_group",
    "deadlines_over_time",
    "dots_by_group",
    "forest",
    "funnel",
    "group_styles",
    "intervals_by_group",
    "levels_by_group",
    "lines_by_group",
    "numbers_matrix",
    "ranges_by_group",
    "rehearse",
    "signs_matrix",
]
