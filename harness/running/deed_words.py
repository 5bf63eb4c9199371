"""A deed on a tape in the words of the library under test, where its tape has writers for it.

("backward", ["v0", "torch.tensor([1.0])"], {"retain_graph": "True"})   ->   v0.backward(torch.tensor([1.0]), retain_graph=True)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.tape.features import Writer


class Words:
    """The library's own words for values and deeds."""

    def __init__(self, backend: Backend, device: str, writers: Mapping[str, Writer]) -> None:
        self._backend, self._device, self._writers = backend, device, writers

    def line(self, verb: str, args: list[str | None], options: dict[str, str | None], raw: dict[str, Any]) -> str | None:
        """`args` and `options` as source; `raw` are the options as they are, of which an op's are parameters."""
        if verb == "apply" and None not in args[1:] and self._writers:
            op = str(args[0]).strip("'")
            return f"{args[1]}.clone()" if op == "clone" else self._backend.spell(op, [str(each) for each in args[1:]], raw)
        write = self._writers.get(verb)
        return (
            None if write is None or None in args or None in options.values() else write([*map(str, args)], {k: str(v) for k, v in options.items()})
        )

    def array(self, values: np.ndarray) -> str:
        """An array as source."""
        return self._backend.literal("x", values, dtype=values.dtype.name, device=self._device, layout="contiguous")
