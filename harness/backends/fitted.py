"""A backend as far as one function goes along with it: without the modes that the function's author left out.

    fit(torch, a custom function without jvp)  =  torch without "jvp", and with those routes only that need none

A law then compares what is there, instead of nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from harness.backends.bind import Bound
from harness.backends.protocol import Backend, Unsupported

_ROUTES = {"reverse_routes": "reverse_routes", "forward_routes": "forward_routes", "hvps": "second_order"}  # method: its capability


def fit(bound: Bound) -> Backend:
    """`bound.backend`, less what the bound function says it does not support when it is tried; the backend itself when that is nothing."""
    backend = bound.backend
    function, x, w, v = bound.function, bound.primals, bound.cotangents(), bound.tangents()
    offered: dict[str, Mapping[str, Any]] = {name: getattr(backend, name)() for name in _ROUTES}
    kept = {
        "reverse_routes": _supported(backend, offered["reverse_routes"], lambda route: route(function, x, w)),
        "forward_routes": _supported(backend, offered["forward_routes"], lambda route: route(function, x, v)),
        "hvps": _supported(backend, offered["hvps"], lambda route: route(function, x, w, v)),
    }
    lost = {capability for name, capability in _ROUTES.items() if not kept[name]}
    if "jvp" in backend.capabilities and not _goes(backend, lambda: backend.jvp(function, x, v)):
        lost |= {"jvp", "forward_routes"}
    if not lost & backend.capabilities and all(kept[name].keys() == offered[name].keys() for name in _ROUTES):
        return backend
    return cast(Backend, _Fitted(backend, backend.capabilities - lost, kept))


class _Fitted:
    """Looks like `inner`, with fewer capabilities and routes."""

    def __init__(self, inner: Backend, capabilities: frozenset[str], kept: Mapping[str, Mapping[str, Any]]) -> None:
        self.capabilities, self._inner, self._kept = capabilities, inner, kept

    def __getattr__(self, name: str) -> Any:
        if name in self._kept:
            return lambda: self._kept[name]
        return getattr(self._inner, name)


def _supported(backend: Backend, routes: Mapping[str, Any], attempt: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: route for name, route in routes.items() if _goes(backend, lambda route=route: attempt(route))}  # type: ignore[misc]


def _goes(backend: Backend, attempt: Callable[[], Any]) -> bool:
    """Whether the function supports it; any exception but that answer is for a law to judge."""
    try:
        attempt()
    except Unsupported:
        return False
    except Exception:  # a broken route is still one that is offered
        backend.reset()
    return True
