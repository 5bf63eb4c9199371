"""The native source as cases: every sample of OpInfo with random directions, under a name from which another process finds it again.

Case(subject = Opaque("harness.backends.torch.native_cases:native.linalg.eigh", {"sample": 3, "dtype": "float64", "device": "cpu"}))
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from itertools import cycle
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from harness.backends.conformance.surroundings import random_numbers_kept
from harness.backends.torch.native import Sample, native_ops, native_samples
from harness.program import Case, Opaque

MOST_ELEMENTS = 20_000  # per sample: an oracle evaluates it dozens of times
SEEDS = 4  # of draws: few elements may be drawn alike in either order by chance
KEPT = 8  # ops whose samples stay in memory: the cells of one op come one after another


class Native:
    """`native.linalg.eigh(*primals, sample=3, dtype="float64", device="cpu")`: the call that a case's target names."""

    def __init__(self, name: str = "") -> None:
        self._name = name

    def __getattr__(self, part: str) -> Native:
        name = f"{self._name}.{part}" if self._name else part
        if name not in _beginnings():
            raise AttributeError(f"torch's OpInfo database has no entry {name!r}.")
        return Native(name)

    def __call__(self, *primals: torch.Tensor, sample: int, dtype: str, device: str) -> tuple[torch.Tensor, ...]:
        return samples_of(self._name, dtype, device)[sample].function(*primals)

    def written(self, *, sample: int, dtype: str, device: str) -> str:
        """The call as source; empty where it has none."""
        return samples_of(self._name, dtype, device)[sample].written()


native = Native()


class NativeSource:
    """What torch's backend has beyond the catalogue (harness.backends.protocol.Backend)."""

    name: str

    def native_names(self, dtype: str, device: str) -> tuple[str, ...]:
        """The entries of the OpInfo database that support autograd in `dtype`."""
        return tuple(dict.fromkeys(op.formatted_name for op in native_ops(dtype, device)))

    def native_cases(self, name: str, *, dtype: str, device: str, seed: int) -> Iterator[Case]:
        """The samples of one entry in turn, over and over, each time in other directions; nothing where none is of use."""
        usable = tuple((sample, of_memory(sample)) for sample in samples_of(name, dtype, device) if _is_usable(sample))
        for count, (sample, by_memory) in enumerate(cycle(usable)):
            yield _case(self.name, sample, dtype, device, np.random.default_rng([seed, count]), by_memory)


@cache
def _beginnings() -> frozenset[str]:
    """Of each name all that leads to it: nn, nn.functional, nn.functional.relu."""
    parts = [op.formatted_name.split(".") for op in native_ops(None)]
    return frozenset(".".join(each[:count]) for each in parts for count in range(1, len(each) + 1))


@lru_cache(maxsize=KEPT)
def samples_of(name: str, dtype: str, device: str) -> tuple[Sample, ...]:
    """The samples of the entry called `name`, their constants the same in every process.

    Who replays a case asks for them first inside of the transform that is verified; a thread of its own is in none, and its tensors are plain.
    """
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(_drawn, name, dtype, device).result()


def _drawn(name: str, dtype: str, device: str) -> tuple[Sample, ...]:
    with torch.random.fork_rng(devices=[]), random_numbers_kept({}):  # the database draws from Python's and NumPy's as well
        torch.manual_seed(0)
        return tuple(
            sample for op in native_ops(dtype, device) if op.formatted_name == name for sample in native_samples(op, dtype=dtype, device=device)
        )


def _is_usable(sample: Sample) -> bool:
    """Some elements go in and some come out, not too many, and all dense: a case holds arrays of NumPy. None is outside of the function's domain."""
    outputs = sample.function(*sample.primals)
    if any(y.isnan().any() for y in outputs if y.layout is torch.strided) and not any(p.isnan().any() for p in sample.primals):
        return False  # a negative base with a power that is no integer
    sizes = sum(p.numel() for p in sample.primals), sum(y.numel() for y in outputs)
    return min(sizes) > 0 and max(sizes) <= MOST_ELEMENTS and all(tensor.layout is torch.strided for tensor in (*sample.primals, *outputs))


class _Draws(TorchDispatchMode):
    """Whether anything that is called draws at random, as torch itself says of each function."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.at_random = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.at_random |= torch.Tag.nondeterministic_seeded in func.tags
        return func(*args, **(kwargs or {}))


def of_memory(sample: Sample) -> bool:
    """Whether strides change what `sample` computes: it reads memory, or draws at random, a number for one element of the memory after another."""
    with _Draws() as seen:
        sample.function(*sample.primals)
    return sample.op.startswith("as_strided") or (seen.at_random and any(not _same_in_other_memory(sample, seed) for seed in range(SEEDS)))


def _same_in_other_memory(sample: Sample, seed: int) -> bool:
    """Whether `sample` gives the same values of the same draws where the axes of its primals lie in memory the other way round."""

    def values(primals: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        with torch.random.fork_rng(devices=[p.device for p in primals[:1] if p.is_cuda]):
            torch.manual_seed(seed)
            return sample.function(*primals)

    turned = tuple(map(_turned, sample.primals))
    return all(torch.allclose(y, z, equal_nan=True) for y, z in zip(values(sample.primals), values(turned), strict=True))


def _turned(x: torch.Tensor) -> torch.Tensor:
    axes = tuple(reversed(range(x.dim())))
    return x.permute(axes).contiguous().permute(axes)


def _case(backend: str, sample: Sample, dtype: str, device: str, rng: np.random.Generator, by_memory: bool) -> Case:
    points = tuple(map(wide, sample.primals))
    target = f"{__name__}:native.{sample.op}"
    return Case(
        law="",
        subject=Opaque(target, {"sample": sample.index, "dtype": dtype, "device": device}),
        backend=backend,
        device=device,
        dtype=dtype,
        primals=points,
        differentiable=tuple(range(len(points))),
        tangents=tuple(gaussian(rng, p) for p in sample.primals),
        cotangents=tuple(gaussian(rng, y) for y in sample.function(*sample.primals)),
        layouts=(),
        drawn={
            "regime": "native",
            "edges": [],
            "margin": None,
            "depth": 1,
            "ops": [sample.op],
            "of_memory": by_memory,
            "of_several": sample.wrapped,
        },
    )


def gaussian(rng: np.random.Generator, like: torch.Tensor) -> np.ndarray:
    """Standard normal numbers of the shape of `like`, complex if it is, exact in its dtype."""
    drawn = rng.standard_normal(tuple(like.shape))
    if like.dtype is torch.float64:
        return np.asarray(drawn)
    if like.is_complex():
        drawn = drawn + 1j * rng.standard_normal(tuple(like.shape))
    return wide(torch.as_tensor(drawn).to(like.dtype))


def wide(tensor: torch.Tensor) -> np.ndarray:
    """In double precision, as a case holds it."""
    return np.array(tensor.to(torch.complex128 if tensor.is_complex() else torch.float64).numpy(force=True))
