"""Charts of protected results: direct labels, intervals drawn, colour never the only sign.

Each takes a ProtectedTable in the shape of the disparity table and returns SVG text that is the same on
every machine: letters are drawn as paths in the font that comes with matplotlib.
"""

from arwap_analysis.present.charts.delivery import deadlines_over_time
from arwap_analysis.present.charts.drawing import GroupStyle, group_styles, rehearse
from arwap_analysis.present.charts.groups import dots_by_group, intervals_by_group, ranges_by_group
from arwap_analysis.present.charts.lines import lines_by_group

__all__ = [
    "GroupStyle",
    "deadlines_over_time",
    "dots_by_group",
    "group_styles",
    "intervals_by_group",
    "lines_by_group",
    "ranges_by_group",
    "rehearse",
]
