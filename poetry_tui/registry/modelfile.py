"""`Modelfile`: Ollama's description of a model, read and written as Ollama itself does.

The language is that of Ollama 0.32 (`parser/parser.go`): a value is the rest of its line, or stands in one pair of
double quotes, or in triple quotes that end only where three quotes are followed by the end of a line. Characters that
cannot be printed (but for spaces, tabs and line ends) are dropped by Ollama from a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from poetry_tui.errors import BadRequest
from poetry_tui.registry.parameters import checked

ParameterValue = int | float | bool | list[str]

_INSTRUCTIONS = frozenset(
    "from license template system adapter draft renderer parser parameter message requires".split()
)
_COMMAND = (
    'command must be one of "from", "license", "template", "system", "adapter", "draft", "renderer", "parser", '
    '"parameter", "message", or "requires"'
)
_ROLE = 'message role must be one of "system", "user", or "assistant"'
_DEPRECATED = frozenset(
    "penalize_newline low_vram f16_kv logits_all vocab_only use_mlock mirostat mirostat_tau mirostat_eta".split()
)
_VERSION = re.compile(
    r"v?(0|[1-9]\d*)(\.(0|[1-9]\d*)){0,2}(?<!\.)$|v?(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}[-+][0-9A-Za-z.+-]+$"
)
_HEAD = re.compile(r"([a-zA-Z]*)(.?)", re.DOTALL)
_PARAMETER = re.compile(r"([a-zA-Z0-9_]*)(.?)", re.DOTALL)
_LINE = re.compile(r"([^\r\n]*)([\r\n]?)")
_SPACES = " \t"
_LINE_ENDS = "\r\n"


@dataclass(frozen=True, slots=True)
class Modelfile:
    """What a model is made of.

    `sources` are what FROM names: one model, or the files of one. `parameters` holds a list for what may be repeated
    (stop words). `system` None leaves the persona of the base model, "" takes it away.
    """

    sources: tuple[str, ...]
    adapter: str | None = None
    template: str | None = None
    system: str | None = None
    parameters: dict[str, ParameterValue] = field(default_factory=dict)
    licenses: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    requires: str | None = None
    renderer: str | None = None
    parser: str | None = None
    drafts: tuple[str, ...] = ()

    def render(self) -> str:
        """The text of the Modelfile; `parse` gives back an equal one.

        Raises `BadRequest` for a text that no Modelfile can hold. (Ollama's API can.)
        """
        lines = [f"FROM {_quoted('FROM', source)}" for source in self.sources]
        single = {
            "ADAPTER": self.adapter,
            "TEMPLATE": self.template,
            "SYSTEM": self.system,
            "RENDERER": self.renderer,
            "PARSER": self.parser,
            "REQUIRES": self.requires,
        }
        lines += [f"{name} {_quoted(name, text)}" for name, text in single.items() if text is not None]
        lines += [f"DRAFT {_quoted('DRAFT', draft)}" for draft in self.drafts]
        for name, value in self.parameters.items():
            lines += [
                f"PARAMETER {name} {_quoted(f'PARAMETER {name}', _plain(one))}"
                for one in (value if isinstance(value, list) else [value])
            ]
        lines += [f"LICENSE {_quoted('LICENSE', text)}" for text in self.licenses]
        lines += [f"MESSAGE {role} {_quoted('MESSAGE', text)}" for role, text in self.messages]
        return "\n".join(lines) + "\n"


def parse(text: str) -> Modelfile:
    """Read a Modelfile. Raises `BadRequest` with the line and what Ollama would say of it."""
    found: dict[str, list[str]] = {}
    parameters: dict[str, ParameterValue] = {}
    for name, value in _commands(text.removeprefix("\ufeff")):
        if name in _INSTRUCTIONS:
            found.setdefault(name, []).append(value)
        elif name not in _DEPRECATED:
            _set(parameters, name, value)
    if "from" not in found:
        raise BadRequest(
            "Modelfile: no FROM line. It must say what the model is made from: FROM NAME or FROM FILE.gguf."
        )
    last = {name: values[-1] for name, values in found.items()}
    if not _VERSION.match(last.get("requires", "0.14.0")):
        raise BadRequest(f"Modelfile: requires must be a valid semver (e.g. 0.14.0), not {last['requires']!r}.")
    return Modelfile(
        sources=tuple(found["from"]),
        adapter=last.get("adapter"),
        template=last.get("template"),
        system=last.get("system"),
        parameters=parameters,
        licenses=tuple(found.get("license", ())),
        messages=tuple(
            (role, content) for role, _, content in (one.partition(": ") for one in found.get("message", ()))
        ),
        requires=last["requires"].removeprefix("v") if "requires" in last else None,
        renderer=last.get("renderer"),
        parser=last.get("parser"),
        drafts=tuple(found.get("draft", ())),
    )


def _set(parameters: dict[str, ParameterValue], name: str, text: str) -> None:
    try:
        value = checked(name, [text])
    except ValueError as error:
        raise BadRequest(f"Modelfile: {error}.") from None
    old = parameters.get(name)
    parameters[name] = [*old, *value] if isinstance(old, list) and isinstance(value, list) else value


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of each instruction; that of a PARAMETER is the parameter's, a MESSAGE's value is "role: text"."""
    at = 0
    while at < len(text):
        character = text[at]
        if character in _SPACES + _LINE_ENDS:
            at += 1
        elif character == "#":
            at = next((end for end in range(at, len(text)) if text[end] in _LINE_ENDS), len(text))
        else:
            name, at = _word(_HEAD, text, at)
            name, role = name.lower(), ""
            if name not in _INSTRUCTIONS:
                raise _wrong(text, at, _COMMAND)
            if name == "parameter":
                name, at = _word(_PARAMETER, text, at)
            elif name == "message":
                role, at = _word(_HEAD, text, at)
                if role not in {"system", "user", "assistant"}:
                    raise _wrong(text, at, _ROLE)
            value, at = _value(text, at)
            yield name, f"{role}: {value}" if role else value


def _word(pattern: re.Pattern[str], text: str, at: int) -> tuple[str, int]:
    """A word and the place after the space that ends it. Any other end, and none, is an error."""
    match = pattern.match(text, at)
    assert match
    if match[2] and match[2] in _SPACES:
        return match[1], match.end()
    if not match[2]:
        raise _wrong(text, len(text), "unexpected EOF")
    raise _wrong(text, match.end(), _COMMAND if pattern is _HEAD else f"unexpected EOF: {match[1]}")


def _value(text: str, at: int) -> tuple[str, int]:
    """A value and the place where it ends: a line end at which its quotes, if it has any, are closed."""
    kept = ""
    for line in _LINE.finditer(text, at):
        kept += "".join(filter(_is_kept, line[1]))
        value = _unquoted(kept.strip(_SPACES + _LINE_ENDS))
        if value is not None:
            return value, line.end(1)
        kept += line[2]
        if not line[2]:
            break
    raise _wrong(text, len(text), "unexpected EOF: the quotes of the last value are not closed at the end of a line")


def _unquoted(value: str) -> str | None:
    """The text inside the quotes, the value itself where it has none, None where they are not closed."""
    for quotes in ('"""', '"'):
        if value.startswith(quotes):
            closed = len(value) >= 2 * len(quotes) and value.endswith(quotes)
            return value[len(quotes) : -len(quotes)] if closed else None
    return value


def _quoted(what: str, text: str) -> str:
    """A value as it must stand in the file, so that it is read back as it is."""
    text = text.removeprefix("\ufeff")
    if lost := sorted(set(text) - {character for character in text if _is_kept(character)}):
        code = " ".join(f"U+{ord(character):04X}" for character in lost[:5])
        raise BadRequest(
            f"No Modelfile can hold the text of {what}: Ollama would drop {code} from it. "
            "Take that out, or create the model over the API (import does)."
        )
    bare = text.strip(_SPACES + _LINE_ENDS) == text and not any(end in text for end in _LINE_ENDS)
    if text and bare and not text.startswith('"'):
        return text
    for line in re.split("[\r\n]", text)[:-1]:
        if line.rstrip(_SPACES).endswith('"""'):
            raise BadRequest(
                f'No Modelfile can hold the text of {what}: one of its lines ends with """, which ends the value. '
                "Change that line, or create the model over the API (import does)."
            )
    return f'"""{text}"""'


def _is_kept(character: str) -> bool:
    """Whether Ollama keeps this character of a value: Go's `strconv.IsPrint`, and the white space it looks for."""
    return character in " \t\r\n" or unicodedata.category(character)[0] in "LMNPS"


def _plain(value: float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wrong(text: str, at: int, words: str) -> BadRequest:
    """What is wrong, on which line; like Ollama's, a line that ends too early is named by the one after it."""
    line = 1 + len(re.findall("\r\n|\r|\n", text[:at]))
    return BadRequest(f"Modelfile (line {line}): {words}")
