"""What can be measured of a draft against its form contract: the report that stands beside every critique."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from poetry_tui.prosody.form_check import hear, scheme_of, verdicts
from poetry_tui.prosody.meter_analyzer import LineMeter, analyze_meter, marks_over
from poetry_tui.prosody.pronunciation import pronunciations
from poetry_tui.prosody.rhyme_analyzer import Deviation, by_stanza
from poetry_tui.prosody.rhyme_kinds import Rhyme
from poetry_tui.prosody.suggestions import words_that_rhyme
from poetry_tui.verse import Poem

if TYPE_CHECKING:
    from poetry_tui.prosody.form_registry import Form

_SUGGESTED = 4


@dataclass(frozen=True, slots=True)
class LineReport:
    """A line as heard. `letter` is its rhyme ("" for none), `rhymes` False where the form asks for a rhyme it lacks,
    `on_meter` False where it leaves the poem's meter.

    `scansion` is a string to be set above the line's text: `/` over a stressed vowel, `x` over an unstressed one.
    `feet` are its feet with bars (`+` a beat), `substitutions` what departs from the regular foot, by foot.
    `faults` say in words what breaks the form.
    """

    number: int
    letter: str
    rhymes: bool
    on_meter: bool
    syllables: int
    scansion: str
    faults: tuple[str, ...] = ()
    feet: str = ""
    substitutions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleReport:
    """A rule of the form, in words, and whether the draft keeps it. Hard rules must hold for an approval to count.

    `lines` (from 1) are those that break it, where it can be told.
    """

    text: str
    met: bool
    hard: bool
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RhymeFault:
    """Two end words that should rhyme and do not; `kind` is how they sound, `suggestions` would rhyme."""

    line: int
    word: str
    partner: int
    partner_word: str
    kind: Rhyme
    suggestions: tuple[str, ...] = ()
    slant: str = ""


@dataclass(frozen=True, slots=True)
class FormReport:
    """What prosody measured. `meter` is the form's, else the one that fits the draft ("" for none)."""

    form: str
    lines: tuple[LineReport, ...]
    stanzas: tuple[int, ...]
    scheme: str
    meter: str
    rules: tuple[RuleReport, ...] = ()
    rhyme_faults: tuple[RhymeFault, ...] = ()
    unheard: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every hard rule is kept; always so where no form is asked for."""
        return all(rule.met for rule in self.rules if rule.hard)

    @property
    def in_form(self) -> int:
        """How many lines are without fault."""
        return sum(not line.faults for line in self.lines)

    @property
    def on_meter(self) -> int:
        """How many lines keep the meter."""
        return sum(line.on_meter for line in self.lines)

    def block(self) -> str:
        """The report in few words, as the Educator and the Poet read it."""
        stanzas = "-".join(map(str, self.stanzas)) or "0"
        said = [f"{len(self.lines)} lines in stanzas of {stanzas}; rhyme {self.scheme or 'none heard'}"]
        if self.meter:
            said[0] += f"; {self.meter}, {self.on_meter} of {len(self.lines)} lines"
        said += [f"{'kept' if rule.met else 'broken'}: {rule.text}" for rule in self.rules]
        for fault in self.rhyme_faults:
            kind = f"only {fault.slant or 'a slant rhyme'}" if fault.kind == "slant" else "no rhyme"
            wanted = f"should rhyme with line {fault.partner} '{fault.partner_word}'"
            tries = f" ({', '.join(fault.suggestions)} would)" if fault.suggestions else ""
            said.append(f"line {fault.line} '{fault.word}' {wanted}: {kind}{tries}")
        for line in self.lines:
            said += [f"line {line.number}: {fault}" for fault in line.faults if "rhyme" not in fault]
        return "\n".join(said)


def report(poem: Poem, form: Form | None) -> FormReport:
    """Measure a poem, against a form if one is asked for. Never fails; milliseconds once the dictionary is read."""
    asked = (form.meters or ()) if form and (form.meters or form.syllables) else None
    meter = analyze_meter(poem, asked)
    heard = hear(poem, meter)
    letters = list(heard.letters)
    found: tuple[Deviation, ...] = ()
    if form and form.schemes:
        scheme, found = scheme_of(form, heard.ends)
        letters = [letter if letter != "x" else "" for letter in scheme[: len(heard.ends)]]
        letters += [""] * (len(heard.ends) - len(letters))
    faults = {fault.line: fault for fault in found}
    lines = [
        _line_report(number, letter, faults.get(number), line, possible, form)
        for number, (letter, line, possible) in enumerate(zip(letters, meter.lines, heard.counts, strict=True), 1)
    ]
    return FormReport(
        form=form.name if form else "",
        lines=tuple(lines),
        stanzas=heard.sizes,
        scheme=by_stanza(poem, letters),
        meter=meter.name,
        rules=tuple(
            RuleReport(rule.text, rule.met, rule.rule not in form.soft, rule.lines)
            for rule in verdicts(form, heard, meter)
        )
        if form
        else (),
        rhyme_faults=tuple(_with_suggestions(fault, heard.ends, letters, poem) for fault in found),
        unheard=tuple(dict.fromkeys(end for end in heard.ends if not pronunciations(end)[0].known)),
    )


def _with_suggestions(fault: Deviation, ends: Sequence[str], letters: Sequence[str], poem: Poem) -> RhymeFault:
    """The fault with words that would rhyme and that the rhyme does not use yet."""
    used = [end for end, letter in zip(ends, letters, strict=True) if letter == letters[fault.line - 1]]
    vocabulary = {token for line in poem.lines for token in line.tokens}
    tries = words_that_rhyme(fault.partner_word, used, _SUGGESTED, replaces=fault.word, vocabulary=vocabulary)
    return RhymeFault(fault.line, fault.word, fault.partner, fault.partner_word, fault.kind, tries, fault.slant)


def _line_report(
    number: int, letter: str, fault: Deviation | None, line: LineMeter, possible: frozenset[int], form: Form | None
) -> LineReport:
    """The line as heard in its meter; its faults are those that the form names."""
    count = line.syllables
    said = []
    if fault:
        said.append(f"'{fault.word}' should rhyme with '{fault.partner_word}' in line {fault.partner}")
    if form and form.meter and line.fault:
        said.append(line.fault)
    if form and form.syllables and number <= len(form.syllables):
        wanted = form.syllables[number - 1]
        if wanted in possible:
            count = wanted
        else:
            said.append(f"{count} syllables, {wanted} wanted")
    names = tuple(f"{name} in foot {foot}" for foot, name in line.division.substitutions)
    return LineReport(
        number, letter, not fault, not line.fault, count, marks_over(line), tuple(said), line.division.barred, names
    )
