"""The parameters Ollama knows, by name and type (`Options` and `Runner` in its `api/types.go`, version 0.32)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_INTEGERS = [
    *"num_keep seed num_predict top_k repeat_last_n".split(),
    *"num_ctx num_batch num_gpu main_gpu num_thread draft_num_predict".split(),
]
_FLOATS = "top_p min_p typical_p temperature repeat_penalty presence_penalty frequency_penalty".split()
PARAMETERS: Mapping[str, type] = {
    **dict.fromkeys(_INTEGERS, int),
    **dict.fromkeys(_FLOATS, float),
    "use_mmap": bool,
    "stop": list,
}
_BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}


def checked(name: str, values: Sequence[str]) -> int | float | bool | list[str]:
    """The value of a parameter from its text (its first; a list keeps all).

    Raises `ValueError` in Ollama's own words for an unknown name or a value of another type.
    """
    kind = PARAMETERS.get(name)
    if kind is None:
        raise ValueError(f"unknown parameter '{name}'")
    if kind is list:
        return list(values)
    text = values[0]
    if kind is bool and text in _BOOLEANS:
        return _BOOLEANS[text]
    if kind is int and re.fullmatch(r"[+-]?[0-9]+", text) and -(2**63) <= int(text) < 2**63:
        return int(text)
    if kind is float and re.fullmatch(
        r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity)|nan", text, re.IGNORECASE
    ):
        return float(text)
    raise ValueError(f"invalid {kind.__name__} value [{text}]")
