"""From values to verdicts: comparisons with derived tolerances, localisation, and the text of a finding."""

from harness.verdict.broken import LawBroken, finding_text
from harness.verdict.constants import required_resolution
from harness.verdict.equal import judge_equal, structural
from harness.verdict.judge import judge_derivative, judge_tangent
from harness.verdict.result import Result, worst_result
from harness.verdict.rounding import analytic_rounding, gamma, inner_product_rounding, natural_size
from harness.verdict.verdict import Verdict, worst

__all__ = [
    "LawBroken",
    "Result",
    "Verdict",
    "analytic_rounding",
    "finding_text",
    "gamma",
    "inner_product_rounding",
    "judge_derivative",
    "judge_equal",
    "judge_tangent",
    "natural_size",
    "required_resolution",
    "structural",
    "worst",
    "worst_result",
]
