"""Forms as data: the only reader of `config/forms.yaml`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from poetry_tui import resources
from poetry_tui.config_file import parse_yaml, read_yaml, validated
from poetry_tui.errors import BadRequest
from poetry_tui.prosody.meter import Meter, meter_name

FILE_NAME = "forms.yaml"
Rule = Literal["lines", "stanzas", "scheme", "meter", "syllables", "refrains"]


class MeterRule(BaseModel):
    """The meter a form asks for: feet a line, or those of some lines that take turns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    foot: Literal["iambic", "trochaic", "anapestic", "dactylic"]
    feet: int | tuple[int, ...]


class Form(BaseModel):
    """What a form promises. What is left out is free.

    `stanzas` are lines a stanza; `scheme` has a letter a line (x = need not rhyme), stanzas parted by spaces. Of a
    form that repeats a stanza as often as it likes, `stanza` and `scheme` describe one. `refrains` are groups of line
    numbers that hold the same words. `soft` rules are measured but do not keep a poem from being approved.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    aliases: tuple[str, ...] = ()
    about: str
    lines: int | None = None
    stanzas: tuple[int, ...] | None = None
    stanza: int | None = None
    scheme: str | None = None
    meter: MeterRule | None = None
    syllables: tuple[int, ...] | None = None
    refrains: tuple[tuple[int, ...], ...] = ()
    soft: tuple[Rule, ...] = ("stanzas", "meter")

    @property
    def contract(self) -> str:
        """The form in words, as the models read it."""
        parts = [f"{self.name}: {self.about}"]
        if self.lines:
            parts.append(f"{self.lines} lines")
        if self.stanza:
            parts.append(f"stanzas of {self.stanza} lines")
        elif self.stanzas and len(self.stanzas) > 1:
            parts.append(f"in stanzas of {', '.join(map(str, self.stanzas))} lines")
        if self.scheme:
            parts.append(f"rhyme scheme {self.scheme}")
        if self.syllables:
            parts.append(f"{'-'.join(map(str, self.syllables))} syllables")
        if self.meters:
            parts.append(meter_name(self.meters))
        parts += [f"lines {', '.join(map(str, group))} are the same line" for group in self.refrains]
        return "; ".join(parts)

    @property
    def meters(self) -> tuple[Meter, ...]:
        """The meters that its lines have by turns; none where the form asks for none."""
        if not self.meter:
            return ()
        feet = self.meter.feet
        return tuple(Meter(self.meter.foot, count) for count in ((feet,) if isinstance(feet, int) else feet))

    def scheme_for(self, count: int) -> str:
        """A letter for each of `count` lines, new ones for a repeated stanza; "" where no rhyme is asked for."""
        if not self.scheme:
            return ""
        one = self.scheme.replace(" ", "")
        if not self.stanza:
            return one
        used = len(set(one) - {"x"})
        names = "ABCDEFGHIJKLMNOPQRSTUVWYZ"
        repeated = (
            "".join(
                letter if letter == "x" else names[(names.index(letter) + turn * used) % len(names)] for letter in one
            )
            for turn in range(count // len(one) + 1)
        )
        return "".join(repeated)[:count]


@cache
def forms() -> dict[str, Form]:
    """Every form by its name."""
    path = resources.shipped("config", FILE_NAME)
    text = read_yaml(path)
    data = parse_yaml(text, path)
    named = (
        (name, {"name": name, **fields} if isinstance(fields, dict) else {"about": fields})
        for name, fields in data.items()
    )
    return {name: validated(Form, fields, [(str(path), text)]) for name, fields in named}


def form_named(name: str) -> Form:
    """The form of that name or alias; raises `BadRequest` that names the nearest ones."""
    wanted = _plain(name)
    for form in forms().values():
        if wanted in map(_plain, (form.name, *form.aliases)):
            return form
    near = get_close_matches(wanted, list(forms()), n=2, cutoff=0.5)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    raise BadRequest(f"There is no form '{name}'.{meant} Forms: {', '.join(forms())}.")


def detect(request: str) -> Form | None:
    """The form that a request names ("a sonnet about …"), the longest name first; None where it names none."""
    text = f" {_plain(request)} "
    names = [(name, form) for form in forms().values() for name in (form.name, *form.aliases)]
    for name, form in sorted(names, key=lambda entry: -len(entry[0])):
        if re.search(rf"\b{re.escape(_plain(name))}s?\b", text):
            return form
    return None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
