"""YAML files read into pydantic models; every error names file, line and key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from poetry_tui.errors import BadConfig

if TYPE_CHECKING:
    import yaml
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)


def parse_yaml(text: str, source: Path | str) -> dict[str, Any]:
    """The mapping in a YAML text ({} when it is empty). Raises `BadConfig` for anything else."""
    import yaml

    try:
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadConfig(f"{source}, line {line}: this is not YAML ({error.problem}). Correct the line.") from error
    except yaml.YAMLError as error:
        raise BadConfig(f"{source}: this is not YAML ({error}).") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise BadConfig(f"{source}, line 1: expected keys and values, found a {type(data).__name__}.")
    return data


def read_yaml(path: Path) -> str:
    """The text of a YAML file; raises `BadConfig` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadConfig(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadConfig(f"{path}, line {line}: this is not UTF-8 text. Save the file as UTF-8.") from error


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`, mappings merged key by key."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def validated(model: type[Model], data: Mapping[str, Any], sources: Sequence[tuple[Path | str, str]]) -> Model:
    """Build `model` from `data`, merged from `sources` (name and text, the one that wins first).

    Raises `BadConfig` naming the source, line and key of the first fault.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        keys = [str(key) for key in fault["loc"]]
        name, line = _locate(keys, sources)
        unknown = fault["type"] == "extra_forbidden"
        what = "unknown key" if unknown else fault["msg"].removeprefix("Value error, ")
        known = f" Known keys here: {', '.join(model.model_fields)}." if unknown and len(keys) == 1 else ""
        value = "" if unknown or isinstance(fault["input"], dict | list) else f" (found: {fault['input']!r})"
        raise BadConfig(f"{name}, line {line}, key {'.'.join(keys)}: {what}{value}.{known}") from error


def _locate(keys: Sequence[str], sources: Sequence[tuple[Path | str, str]]) -> tuple[Path | str, int]:
    """The source that holds the longest part of a key path, and the line of that part in it."""
    import yaml

    best: tuple[int, Path | str, int] = (-1, sources[0][0], 1)
    for name, text in sources:
        depth, line = _depth(yaml.compose(text, Loader=yaml.SafeLoader), keys)
        if depth > best[0]:
            best = (depth, name, line)
    return best[1], best[2]


def _depth(node: yaml.Node | None, keys: Sequence[str]) -> tuple[int, int]:
    """How many of `keys` lead down from `node`, and the line (from 1) of the last of them."""
    import yaml

    line = 1
    for depth, key in enumerate(keys):
        if isinstance(node, yaml.MappingNode):
            entry = next(((k, v) for k, v in node.value if getattr(k, "value", None) == key), None)
        elif isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
            entry = (node.value[int(key)], node.value[int(key)])
        else:
            entry = None
        if entry is None:
            return depth, line
        line = entry[0].start_mark.line + 1
        node = entry[1]
    return len(keys), line
