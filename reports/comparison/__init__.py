"""Two runs side by side, and many in a row: what is new, what is gone and whether that means anything, what was no longer looked at.

compare(Snapshot(old), Snapshot(new)) -> Comparison
"""

from reports.comparison.compare import CATEGORIES, Comparison, compare
from reports.comparison.sentences import render_comparison
from reports.comparison.snapshot import Snapshot
from reports.comparison.trend import Trend, spark, trends

__all__ = ["CATEGORIES", "Comparison", "Snapshot", "Trend", "compare", "render_comparison", "spark", "trends"]
