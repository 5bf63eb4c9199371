"""Where an op's meaning was promised: the pages that `Op.source` points to."""

from __future__ import annotations


def array_api(name: str) -> str:
    """The page of a function (`exp`, `linalg.det`) of the array API standard and its extensions."""
    extension, _, function = name.rpartition(".")
    page = f"{extension}.{function}" if extension else function
    root = "https://data-apis.org/array-api/latest"
    return f"{root}/extensions/generated/array_api.{page}.html" if extension else f"{root}/API_specification/generated/array_api.{page}.html"


def torch_docs(name: str) -> str:
    """The page of a function of torch, named after `torch.`: `rsqrt`, `nn.functional.gelu`."""
    return f"https://docs.pytorch.org/docs/stable/generated/torch.{name}.html"


def torch_special(name: str) -> str:
    """The entry of a function of torch.special."""
    return f"https://docs.pytorch.org/docs/stable/special.html#torch.special.{name}"
