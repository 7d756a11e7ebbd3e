"""`GgufFile`: what a model file is: its architecture, size, quantization, template, and whether all of it is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Literal

from poetry_tui.errors import BadModelFile
from poetry_tui.llm.gguf_header import TENSOR_TYPES, Header, Scalar, Tensor, is_adapter, read_header

_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")
# The mixtures of tensor types that llama.cpp's quantization makes, by `general.file_type` (`llama_ftype` in `llama.h`).
_MIXTURES = dict(
    (
        *enumerate("F32 F16 Q4_0 Q4_1".split()),
        *enumerate("Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K".split(), 7),
        *enumerate(
            "IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S IQ2_M IQ4_XS IQ1_M".split(), 19
        ),
        *enumerate("BF16".split(), 32),
        *enumerate("TQ1_0 TQ2_0 MXFP4_MOE NVFP4 Q1_0".split(), 36),
    )
)


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A model or an adapter, in one file or in several.

    `parts` are all its files in order, `size` is their bytes together, `parameters` the weights, counted; lengths are
    in tokens, widths in dimensions; where layers differ, the largest figure counts. None is what the file does not say.
    `tensors` has shapes by name, the dimension that lies closest together first; `metadata` is without arrays.
    """

    path: Path
    parts: tuple[Path, ...]
    size: int
    kind: Literal["model", "adapter"]
    architecture: str
    name: str
    parameters: int
    quantization: str
    context_length: int | None
    layers: int | None
    heads: int | None
    kv_heads: int | None
    embedding: int | None
    key_length: int | None
    value_length: int | None
    chat_template: str | None
    tokenizer: str
    tensors: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, Scalar]


def read(path: Path) -> GgufFile:
    """Read a file (of a split one, any part; its path may begin with ~), and see that all of it is there.

    Raises `BadModelFile` that names the file and what to do, `ModelNotFound` where there is no file.
    """
    path = path.expanduser().absolute()
    header = read_header(path)
    parts = tuple(_parts(path, header))
    headers = [header if part == path else read_header(part) for part in parts]
    facts = headers[0].metadata
    architecture = facts.get("general.architecture")
    if not isinstance(architecture, str) or not architecture:
        raise BadModelFile(f"{path} does not say what it is (no general.architecture). Convert the model again.")
    tensors = [tensor for header in headers for tensor in header.tensors]
    if facts.get("split.tensors.count", len(tensors)) != len(tensors):
        raise BadModelFile(
            f"{path} and the parts beside it do not belong together: they hold {len(tensors)} tensors, the first one "
            f"says {facts['split.tensors.count']}. Download all parts again."
        )

    def number(key: str) -> int | None:
        value = facts.get(f"{architecture}.{key}")
        most = max(value, default=None) if isinstance(value, tuple) else value
        return int(most) if isinstance(most, int) and most >= 0 else None

    def text(key: str) -> str | None:
        value = facts.get(key)
        return value if isinstance(value, str) else None

    heads = number("attention.head_count")
    return GgufFile(
        path=path,
        parts=parts,
        size=sum(header.size for header in headers),
        kind="adapter" if is_adapter(facts) else "model",
        architecture=architecture,
        name=text("general.name") or text("general.basename") or path.stem,
        parameters=sum(prod(tensor.shape) for tensor in tensors),
        quantization=_quantization(facts.get("general.file_type"), tensors),
        context_length=number("context_length"),
        layers=number("block_count"),
        heads=heads,
        kv_heads=number("attention.head_count_kv") or heads,
        embedding=number("embedding_length"),
        key_length=number("attention.key_length"),
        value_length=number("attention.value_length"),
        chat_template=text("tokenizer.chat_template"),
        tokenizer=text("tokenizer.ggml.model") or "",
        tensors={tensor.name: tensor.shape for tensor in tensors},
        metadata={key: value for key, value in facts.items() if not isinstance(value, tuple)},
    )


def is_later_part(path: Path) -> bool:
    """Whether the name is that of a part of a split file, but not of the first."""
    match = _PART.fullmatch(path.name)
    return match is not None and int(match["number"]) != 1


def _parts(path: Path, header: Header) -> Iterator[Path]:
    """All files of the model. Raises `BadModelFile` where one is missing, or cannot be known."""
    count = header.metadata.get("split.count", 1)
    match = _PART.fullmatch(path.name)
    if not isinstance(count, int) or count <= 1:
        yield path
        return
    if match is None or int(match["count"]) != count:
        raise BadModelFile(
            f"{path} is one of the {count} parts of a model, and its name does not say which. "
            f"Give the parts their names back: MODEL-00001-of-{count:05}.gguf and so on."
        )
    for number in range(1, count + 1):
        part = path.with_name(f"{match['stem']}-{number:05}-of-{match['count']}.gguf")
        if not part.is_file():
            raise BadModelFile(f"{path} is one of {count} parts, and {part.name} is missing. Put it beside the others.")
        yield part


def _quantization(mixture: object, tensors: list[Tensor]) -> str:
    """The name people know: of the mixture, where the file says it, else of the type that most weights have."""
    if isinstance(mixture, int) and mixture in _MIXTURES:
        return _MIXTURES[mixture]
    weights = Counter[int]()
    for tensor in tensors:
        weights[tensor.kind] += prod(tensor.shape)
    most = TENSOR_TYPES.get(max(weights, key=weights.__getitem__, default=-1))
    return most.name if most else "unknown"
