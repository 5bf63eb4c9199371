"""Two numbers in as few digits as show that they differ: 0.1666666716 and 0.1666666667, not 0.166667 twice.

17 significant digits tell any two double-precision numbers apart
"""

from __future__ import annotations

DIGITS = 17


def told_apart(left: float, right: float, digits: int) -> tuple[str, str]:
    """`left` and `right` with at least `digits` significant digits, and more while they read alike; equal numbers keep to `digits`."""
    for more in range(digits, DIGITS + 1 if left != right else digits + 1):
        told = f"{left:.{more}g}", f"{right:.{more}g}"
        if told[0] != told[1]:
            return told
    return f"{left:.{digits}g}", f"{right:.{digits}g}"
