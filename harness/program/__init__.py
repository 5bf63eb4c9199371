"""Expressions as data: programs over catalogue ops, their evaluation, JSON and printing."""

from harness.program.arrays import decode_array, encode_array
from harness.program.case import Case, Opaque
from harness.program.evaluate import evaluate, evaluate_all
from harness.program.program import Input, Instruction, Program, single

__all__ = [
    "Case",
    "Input",
    "Instruction",
    "Opaque",
    "Program",
    "decode_array",
    "encode_array",
    "evaluate",
    "evaluate_all",
    "single",
]
