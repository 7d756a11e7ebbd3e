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
from poetry_tui.prosody.meter_analyzer import Meter, meter_name

FILE_NAME = "forms.yaml"
Rule = Literal["lines", "stanzas", "scheme", "meter", "syllables", "refrains", "words"]
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWYZ"


class MeterRule(BaseModel):
    """The meter a form asks for: feet a line, or those of some lines that take turns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    foot: Literal["iambic", "trochaic", "anapestic", "dactylic"]
    feet: int | tuple[int, ...]


class Form(BaseModel):
    """What a form promises. What is left out is free.

    `lines` are all its lines, `least` the fewest of a form that has no fixed number; `stanzas` are lines a stanza.
    `scheme` has a letter a line (x = need not rhyme), stanzas parted by spaces; `also` are others that it may have. Of
    a form that repeats a stanza as often as it likes, `stanza` and `scheme` describe one; each stanza's rhymes are
    `shift` letters further on than those of the one before (all its own, if left out), and a last stanza of `closing`
    lines may end it, which go on with the rhyme that the last stanza left open.

    `refrains` are groups of line numbers that hold the same words; `opening_words` lines that hold the first words of
    the first line; `carried` says which line of a stanza comes again as which of the next; `rotation` in which order
    the end words of a stanza come in the next (the number of the line that each is taken from); `same_ending`: both
    lines of the first couplet and the second of each other end on the same words; `acrostic`: the first letters spell
    a word; `rhymed: false`: it does not rhyme. `turn` is the line with which the thought turns, which is not measured.
    `soft` rules are measured but do not keep a poem from being approved.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    aliases: tuple[str, ...] = ()
    about: str
    lines: int | None = None
    least: int = 1
    stanzas: tuple[int, ...] | None = None
    stanza: int | None = None
    scheme: str | None = None
    also: tuple[str, ...] = ()
    shift: int | None = None
    closing: tuple[int, ...] = ()
    meter: MeterRule | None = None
    syllables: tuple[int, ...] | None = None
    refrains: tuple[tuple[int, ...], ...] = ()
    opening_words: tuple[int, ...] = ()
    carried: dict[int, int] = {}
    rotation: tuple[int, ...] = ()
    same_ending: bool = False
    acrostic: bool = False
    rhymed: bool = True
    turn: int | None = None
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
            parts.append(f"rhyme scheme {self.scheme}" + (f" or {self.also[0]}" if self.also else ""))
        if not self.rhymed:
            parts.append("no rhyme")
        if self.syllables:
            parts.append(f"{'-'.join(map(str, self.syllables))} syllables")
        if self.meters:
            parts.append(meter_name(self.meters))
        parts += [f"lines {', '.join(map(str, group))} are the same line" for group in self.refrains]
        if self.opening_words:
            parts.append(f"lines {', '.join(map(str, self.opening_words))} are the first words of line 1")
        parts += [f"line {line} of a stanza is line {again} of the next" for line, again in self.carried.items()]
        if self.rotation:
            parts.append(f"each stanza takes its end words from lines {'-'.join(map(str, self.rotation))} of the last")
        if self.same_ending:
            parts.append("the first line, and every second line, ends on the same words")
        if self.acrostic:
            parts.append("the first letters of its lines spell a word")
        if self.turn:
            parts.append(f"the thought turns at line {self.turn}")
        return "; ".join(parts)

    @property
    def meters(self) -> tuple[Meter, ...]:
        """The meters that its lines have by turns; none where the form asks for none."""
        if not self.meter:
            return ()
        feet = self.meter.feet
        return tuple(Meter(self.meter.foot, count) for count in ((feet,) if isinstance(feet, int) else feet))

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes that it may have, as written."""
        return (self.scheme, *self.also) if self.scheme else ()

    def scheme_for(self, count: int, scheme: str | None = None) -> str:
        """A letter for each of `count` lines, new ones for a repeated stanza; "" where no rhyme is asked for.

        `scheme` is one of `schemes`, the first if left out.
        """
        one = (scheme or self.scheme or "").replace(" ", "")
        if not self.stanza or not one:
            return one
        shift = len(set(one) - {"x"}) if self.shift is None else self.shift
        whole = "".join(_moved(one, shift * turn) for turn in range(count // len(one) + 1))
        over = count % len(one)
        if over and over in self.closing:  # the rhyme that the last stanza left open, and a line alone
            open_rhyme = _moved(one, shift * (count // len(one)))[0]
            return whole[: count - over] + (open_rhyme * over)
        return whole[:count]


def _moved(scheme: str, letters: int) -> str:
    """A scheme so many letters further on in the alphabet."""
    return "".join(
        letter if letter == "x" else _LETTERS[(_LETTERS.index(letter) + letters) % len(_LETTERS)] for letter in scheme
    )


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
