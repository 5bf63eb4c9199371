"""Every numeric tolerance of the harness, each with its reason and its source. No other file holds one.

What a comparison allows is derived each time (oracle's bound + rounding of the analytic value); these numbers only say how much resolution a verdict
needs, and how clear a disagreement must be.
"""

from __future__ import annotations

import numpy as np

# A comparison holds only if it could have seen an error of this size, relative to the gradient's scale. 1e-6 in float64: wrong formulas, factors
# and entries are larger by far, and a finite difference with a good bound reaches 1e-9 on all but noisy functions
# (benchmarks/oracle_honesty.py). It is eps^(3/8), rounded; the same share of the digits is asked of the other precisions.
FLOAT64_RESOLUTION = 1e-6
RESOLUTION_EXPONENT = 3 / 8

# The size that <gradient, D v> has by chance is its scale where a resolution is finer than this: that the sum cancels to a fraction of it is as
# improbable as the fraction is small. In half precision 0.16 of it is what remains of the sum in one direction of eight, and a wrong sign would hold.
COARSE_RESOLUTION = 1e-2

# A disagreement is BROKEN only beyond this many tolerances, on two ladders that share no evaluation but phi(0). The bound is 7 standard deviations
# of the noise seen (harness.oracles.window.SAFETY): 4 bounds are 28, so only an error of the model, not of the noise, could cause a false alarm.
BROKEN_FACTOR = 4.0

# A quick estimate may let a law hold only with a bound this small relative to the gradient's scale, a thousand times below what is required: so
# that one wrong entry of 1e-6 among a thousand still shows. Measured: 85 % of 14,000 op samples get there in 9 evaluations.
QUICK_RESOLUTION = 1e-9

# Where the analytic value's own rounding exceeds the above, a quick bound of this share of that rounding adds nothing that matters.
QUICK_SHARE_OF_ROUNDING = 0.1

# Sums of n rounded terms: with errors of random sign, lambda sqrt(n) u instead of n u, wrong with probability 2 exp(-lambda^2 / 2) = 3e-14.
# Source: Higham and Mary, A New Approach to Probabilistic Rounding Error Analysis, SIAM J. Sci. Comput. 41 (2019), theorem 2.4.
PROBABILISTIC_LAMBDA = 8.0

# The entries of a direction have random signs, drawn without regard to the errors of a gradient: however these are correlated, sum e_j |v_j| is that
# of n independent signs, above lambda sqrt(sum (e_j v_j)^2) with probability 2 exp(-lambda^2 / 2) = 7e-4 even if every entry is off by all it may
# be, and BROKEN needs BROKEN_FACTOR times that (3e-56). Source: Hoeffding, Probability Inequalities for Sums of Bounded Random Variables (1963).
RANDOM_SIGNS = 4.0

# How many ulps a correct backend's derivative formula may be off, before anything is summed: Cephes, the source of most special functions in
# torch, SciPy and JAX, lists peak relative errors up to some 1e-13 in double precision (Moshier, Methods and Programs for Mathematical Functions,
# 1989; cephes/doubldoc.htm).
# The single-precision routines are listed with up to some 4e-7, and half precision is computed in single and rounded once or twice.
ANALYTIC_ULPS = {"float64": 1024.0, "float32": 16.0, "float16": 4.0, "bfloat16": 4.0}

# TF32 keeps 10 bits of the operands of a product and sums in float32. To tell it from float32 a look must see a quarter of one rounding.
# Source: NVIDIA, TensorFloat-32 in the A100 GPU Accelerates AI Training (2020).
TF32_ROUNDOFF = 2.0**-11

# Two evaluations of one formula in another order (a layout, a route, a batch) share its intermediate values; what is sure to differ is the rounding
# of the last few operations. Where more differs, the measured spread says how much: this cheap allowance spares measuring it nearly always.
LAST_OPERATIONS = 8

# Stochastic arithmetic: how often every value is shaken by one ulp, and by what the range of the results is multiplied. With random signs a result
# is a sum of many independent terms; the range of four such sums, the second the negative of the first, is below half of its standard deviation with
# probability 1.5 %, so that 8 times it covers 4 standard deviations with 98 %; a disagreement must then still exceed BROKEN_FACTOR times that. One
# term that outweighs all others shows always (three independent runs agreed on its sign every fourth time), two that cancel with 7/8.
# Source: Vignes, A Stochastic Arithmetic for Reliable Scientific Computation, Math. Comput. Simul. 35 (1993): two to three runs.
JITTER_RUNS = 4
JITTER_FACTOR = 8.0

# In float16 that would forgive percents: an ulp is 1e-3. There VALUE_RUNS runs tell the standard deviation itself, to 20 %. Each value is shaken by
# an ulp; rounded twice (computed in single) it is off by sqrt(2 / 12) = 0.41 of one. Four such deviations are 1.6 of those that are seen, and half
# as much again for what the estimate may be short of. A disagreement must exceed BROKEN_FACTOR times that: 24 deviations of rounding, 16 where the
# estimate is a third short. In bfloat16 an ulp is a percent, and ANALYTIC_ULPS of them are 3: nothing would be BROKEN that is not, and more that is
# wrong would hold.
JITTER_IN_HALF = 2.5

# Of a sum of two terms that cancel, shaken runs agree by chance each time with probability 1/2: twelve all do with 2^-11, and it is asked only where
# the oracle already disagrees. Rounding that shows in one run of ten only (w - w (1 / s) s is 0 for most w) is missed by twelve one time in four,
# by 64 one time in a thousand; the search for the smallest counterexample tries hundreds.
VALUE_RUNS = 12
MANY_RUNS = 64

# How many ulps every value is shaken by before BROKEN is said in double precision: of a subject of one number, one ulp away, there are two
# others, whose rounding errors may be alike by chance (1 time in 50 nearer to each other than to that at the number itself by what the factors
# above forgive); eight within 4 ulps never are, and conditioning, which these ulps count four times, is what rounding may do.
NEARBY_ULPS = 4

# Equal entries are told from unequal ones only where an ulp of them is so much less than 1, the size on which the functions that there are change by
# themselves: of two entries of 1e17 softmax has one derivative where they are equal and another an ulp beside, and both are right.
ULP_BESIDE_ONE = 2.0**-16

# Two calls of a function at one point may differ by the order in which a GPU adds: up to u sum |a_i|, some hundred ulps for sums of common sizes and
# conditioning. Values that differ by more, relative to the largest, come from a function that is random.
REPEAT_ULPS = 1024.0

# Rounding sampled at neighbouring points: far enough that the errors are drawn afresh even where a saturated function hardly changes (1/64 moves
# 1 - tanh(8) by many ulps of float32). Eight samples estimate a standard deviation to 27 %, which the factor above covers; errors of one size and
# either sign, as beside a large constant, all have the same sign with probability 2^-7. Twelve of them on a line, less a polynomial of degree
# `COURSE`, leave nine degrees of freedom, as good as eight samples; a course is told from rounding where the ends are so many ulps apart. One side
# of a difference that takes three values or fewer at all twelve points has no course to be told.
NEIGHBOURS = 8
ON_A_LINE = 12
COURSE = 2
LEAST_APART = 1024
FEW_VALUES = 3
NEIGHBOUR_DISTANCE = 2.0**-6

# Two tapes that take the same walk (at most some 60 steps, factors of at most 100) round in another order: 60 x 100 half ulps of the largest number
# ever met, rounded up. A fault of semantics changes a gradient by a whole contribution.
WALK_ULPS = 2.0**13

# Points beside a tie, relative to the entries: near enough that slopes differ by which branch is taken and not by curvature (2^-16 of it), and a
# thousand times farther than the steps there, which see rounding of 2^-26 only. The slack is for both. What they decide is only whether a choice
# at a tie is left open.
BESIDE_A_TIE = 2.0**-16
STEP_BESIDE_A_TIE = 2.0**-26
SLACK_BESIDE_A_TIE = 2.0**-14

# At a tie another branch changes the slope by a whole entry, 1 / sqrt(n) of the derivative's size: 3 % of a thousand. Curvature over the distance
# above changes it by 2^-16 of that, some times that along a steep direction; 2^-10 is far from both. Below it a BROKEN verdict stands.
APART_AT_A_TIE = 2.0**-10

# An optimizer's step rounds some eight operations, the laws take at most eight: 64 roundings of the largest number that a leaf holds.
# Leaving out a term of an algorithm (a bias correction, a decay) moves a leaf by percents.
OPTIMIZER_ULPS = 64.0

# A derivative that is right to the digits of the next lower precision, give or take a few of its ulps, was cast to it or lost its digits by
# cancellation: a finding of another class than a wrong formula. It decides the name of a finding only.
HIDDEN_CAST = {"float64": 2.0**-20, "complex128": 2.0**-20, "float32": 2.0**-8, "complex64": 2.0**-8}

PRECISION = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
SMALLEST = {"float64": 2.0**-1074, "float32": 2.0**-149, "float16": 2.0**-24, "bfloat16": 2.0**-133}
LARGEST = {
    "float64": (2.0 - 2.0**-52) * 2.0**1023,
    "float32": (2.0 - 2.0**-23) * 2.0**127,
    "float16": (2.0 - 2.0**-10) * 2.0**15,
    "bfloat16": (2.0 - 2.0**-7) * 2.0**127,
}
REAL_PART = {"complex128": "float64", "complex64": "float32"}


def eps(dtype: str) -> float:
    """The distance from 1 to the next number of `dtype`; of a complex dtype's parts.

    Raises:
        ValueError: not a floating-point or complex dtype that the harness judges.
    """
    name = REAL_PART.get(str(dtype), str(dtype))
    if name not in PRECISION:
        raise ValueError(f"eps(dtype=...) must be one of {', '.join([*PRECISION, *REAL_PART])}; got {str(dtype)!r}.")
    return PRECISION[name]


def ulp_at_zero(dtype: str) -> float:
    """The smallest positive number of `dtype` (of a complex dtype's parts): what underflow may change, whatever the formula."""
    eps(dtype)
    return SMALLEST[REAL_PART.get(str(dtype), str(dtype))]


def largest(dtype: str) -> float:
    """The largest finite number of `dtype` (of a complex dtype's parts)."""
    eps(dtype)
    return LARGEST[REAL_PART.get(str(dtype), str(dtype))]


def analytic_error(dtype: str) -> float:
    """How far off, relatively, a correct backend's derivative formula may be in `dtype`.

    Raises:
        ValueError: as `eps`.
    """
    return eps(dtype) * ANALYTIC_ULPS[REAL_PART.get(str(dtype), str(dtype))]


def required_resolution(dtype: str, asked: float | None = None) -> float:
    """What a comparison in `dtype` must be able to see, relative to the gradient's scale.

    It is what was `asked` for, else 1e-6, 2.5e-3, 0.07 and 0.16 for float64, float32, float16 and bfloat16.

    Raises:
        ValueError: as `eps`.
    """
    precision = eps(dtype)
    if asked is not None:
        return asked
    return FLOAT64_RESOLUTION if precision == PRECISION["float64"] else float(np.power(precision, RESOLUTION_EXPONENT))
