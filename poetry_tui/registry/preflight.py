"""`preflight`: what Ollama would make of a model file, said before anything is sent.

Ollama refuses some files at once. Others it accepts, and fails at the first chat: each of those was tried on a real
server (0.32), which lets pass whatever is wrong with an adapter, a Jinja template or the type of a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from poetry_tui.llm.nearest import nearest
from poetry_tui.registry.gguf import GgufFile
from poetry_tui.registry.parameters import PARAMETERS

if TYPE_CHECKING:
    from jinja2 import Environment

_Shapes = Mapping[str, tuple[int, ...]]
_QUANTIZABLE = ("F32", "F16", "BF16")
_QUANTIZATIONS = ("F32", "F16", "Q4_K_S", "Q4_K_M", "Q8_0")
_KINDS = {int: "a whole number", float: "a number", bool: "true or false", list: "a list of texts"}
_AGAIN = "Ollama would accept it and fail at the first chat: convert the adapter again."
_WRONG_BASE = (
    "It was trained for another model. Ollama would accept it and fail at the first chat: give the right base."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a file, and what to do about it.

    refused: Ollama would refuse it at once. fails: it would accept it and not answer as it should. note: worth knowing.
    """

    level: Literal["refused", "fails", "note"]
    text: str


def preflight(
    file: GgufFile,
    *,
    use: Literal["model", "adapter"],
    base: _Shapes | None = None,
    parameters: Mapping[str, object] | None = None,
    quantize: str | None = None,
    free_bytes: int | None = None,
) -> list[Finding]:
    """What is wrong with a file for this use; nothing where all is well.

    `base` has the shapes of the base model's tensors as Ollama shows them, None or empty where they are not known;
    `parameters` are under Ollama's names; `quantize` is what Ollama is to make of the file; `free_bytes` is the space
    where it keeps its models.
    """
    if file.kind != use:
        return [_wrong_kind(file)]
    findings = _adapter(file, base) if use == "adapter" else _model(file, quantize)
    return [*findings, *_parameters(parameters or {}), *_space(file, free_bytes)]


def _wrong_kind(file: GgufFile) -> Finding:
    if file.kind == "adapter":
        text = (
            "It is an adapter, not a model. Ollama would accept it and refuse to chat: bring it in on its base model."
        )
    else:
        text = (
            "It is a model, not an adapter. Ollama would accept it, and answer with a model that is not the two "
            "together: bring it in as a model, without a base."
        )
    return Finding("fails", text)


def _model(file: GgufFile, quantize: str | None) -> Iterator[Finding]:
    if file.architecture == "clip":
        yield Finding("fails", "It is the projector of a vision model, not the model. Give the model's own file.")
    elif file.architecture not in _architectures():
        yield Finding(
            "refused",
            f"Its architecture '{file.architecture}' is not one that llama.cpp loads. Convert the model "
            "again with llama.cpp's convert_hf_to_gguf.py, or look whether a newer Ollama knows it.",
        )
    if quantize is not None:
        yield from _quantizing(file, quantize.upper())
    if file.chat_template is None:
        yield Finding(
            "note",
            "It has no chat template and gets that of Llama 3. If it was trained with another one, write that into a "
            "Modelfile (TEMPLATE).",
        )
    elif problem := _template_problem(file.chat_template):
        yield Finding(
            "fails",
            f"Its chat template cannot be read ({problem}). Ollama would accept it and fail at the first chat: put the "
            "template of its base model into the file, or one of your own into a Modelfile (TEMPLATE).",
        )


def _quantizing(file: GgufFile, wanted: str) -> Iterator[Finding]:
    if wanted not in _QUANTIZATIONS:
        yield Finding("refused", f"Ollama cannot quantize to {wanted}. It can to {', '.join(_QUANTIZATIONS)}.")
    elif file.quantization not in _QUANTIZABLE:
        yield Finding(
            "refused",
            f"It is quantized already ({file.quantization}), and Ollama quantizes only F16, BF16 and F32. Bring it in "
            "as it is, or give the file it was made from.",
        )


def _adapter(file: GgufFile, base: _Shapes | None) -> Iterator[Finding]:
    kind = file.metadata.get("adapter.type")
    if kind != "lora":
        said = f"of the kind '{kind}'" if kind else "of a kind that it does not say"
        yield Finding("fails", f"It is an adapter {said}; Ollama runs LoRA. Convert it with convert_lora_to_gguf.py.")
    elif not isinstance(file.metadata.get("adapter.lora.alpha"), float):
        yield Finding("fails", "It does not say its strength (adapter.lora.alpha). Convert the adapter again.")
    if problem := next(_adapter_problems(file.tensors, base), None):
        yield Finding("fails", problem)
    yield Finding(
        "note",
        "Two roles that are adapters of one base share it on disk, but Ollama loads it again whenever they take turns. "
        "Merge each into a model where that takes too long.",
    )


def _adapter_problems(tensors: _Shapes, base: _Shapes | None) -> Iterator[str]:
    """What llama.cpp refuses in an adapter's tensors (its `llama-adapter.cpp`), the first of each kind first."""
    pairs: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in tensors.items():
        target, _, side = name.rpartition(".")
        if side in {"lora_a", "lora_b"}:
            pairs.setdefault(target, {})[side] = shape
        elif not name.endswith("_norm.weight"):
            yield f"It holds {name}, which is no part of a LoRA adapter. {_AGAIN}"
    if not pairs:
        yield "It holds no LoRA weights and would change nothing. Convert the adapter again."
    for target, pair in pairs.items():
        if len(pair) < 2 or any(len(shape) < 2 for shape in pair.values()):
            yield f"Half of its weights for {target} are missing. {_AGAIN}"
        elif base and target not in base:
            yield f"Its base model has no {target}. {_WRONG_BASE}"
        else:
            yield from _pair_problems(target, pair["lora_a"], pair["lora_b"], base)


def _pair_problems(target: str, down: tuple[int, ...], up: tuple[int, ...], base: _Shapes | None) -> Iterator[str]:
    """The rank is the inner dimension of both, but for token embeddings, where it comes first in both."""
    embedding = target.endswith("token_embd.weight")
    ranks = (down[0], up[0]) if embedding else (down[1], up[0])
    if ranks[0] != ranks[1]:
        yield f"The two halves of its weights for {target} have the ranks {ranks[0]} and {ranks[1]}. {_AGAIN}"
    if not base:
        return
    fitted, wanted = (up[1], down[1]) if embedding else (down[0], up[1]), base[target][:2]
    if fitted != wanted:
        yield f"Its weights for {target} fit a shape of {_by(fitted)}, and the base has {_by(wanted)}. {_WRONG_BASE}"
    elif embedding and "output.weight" not in base:
        yield (
            f"It changes {target}, which this base model uses for its output, too; llama.cpp cannot run that. Train it "
            "without the embeddings, or merge it into the model and bring in the merged file."
        )


def _parameters(parameters: Mapping[str, object]) -> Iterator[Finding]:
    for name, value in parameters.items():
        kind = PARAMETERS.get(name)
        if kind is None:
            near = "".join(f" (near: {one})" for one in nearest(name, list(PARAMETERS), 1))
            yield Finding(
                "refused",
                f"Ollama knows no parameter '{name}'{near}. `ollama create` refuses it, and the server would "
                "ignore it for ever: correct or remove it.",
            )
        elif not _is(kind, value):
            yield Finding(
                "fails",
                f"The parameter {name} must be {_KINDS[kind]}, and is {value!r}. Ollama would accept it and fail at "
                "the first chat: correct it.",
            )


def _is(kind: type, value: object) -> bool:
    """Whether Ollama takes the value for one of this type, once it has been JSON."""
    if kind is list:
        return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, int | float)


def _space(file: GgufFile, free_bytes: int | None) -> Iterator[Finding]:
    """Ollama keeps the file, and beside it the layer that it makes of it."""
    if free_bytes is not None and free_bytes < 2 * file.size:
        yield Finding(
            "refused",
            f"There is too little room where Ollama keeps its models: it needs {2 * file.size / 1e9:.1f} GB, twice the "
            f"size of the file, and {free_bytes / 1e9:.1f} GB are free. Delete a model, or make room.",
        )


def _template_problem(template: str) -> str:
    """What is wrong with a chat template in Jinja; empty where it can be read. Nothing of it is run."""
    from jinja2 import TemplateSyntaxError, nodes

    jinja = _jinja()
    try:
        tree = jinja.parse(template)
        for node in tree.find_all(nodes.Filter):
            if node.name not in jinja.filters:
                return f"line {node.lineno}: there is no filter '{node.name}'"
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message}"
    except (RecursionError, ValueError) as error:  # nested too deep for the parser; a number of thousands of digits
        return str(error)
    return ""


@cache
def _jinja() -> Environment:
    """Jinja as chat templates know it: with loop controls, and a tag around what the assistant says."""
    from jinja2 import Environment, nodes
    from jinja2.ext import Extension
    from jinja2.parser import Parser

    class Generation(Extension):
        tags = {"generation"}  # noqa: RUF012 (Jinja declares it so)

        def parse(self, parser: Parser) -> list[nodes.Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    return Environment(extensions=["jinja2.ext.loopcontrols", Generation], trim_blocks=True, lstrip_blocks=True)


@cache
def _architectures() -> frozenset[str]:
    text = resources.files(__package__).joinpath("architectures.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
