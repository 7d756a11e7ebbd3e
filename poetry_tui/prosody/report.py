"""What can be measured of a draft against its form contract: the report that stands beside every critique."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from poetry_tui.prosody.meter import Meter, fitting, marks_over, meter_name, scan, syllables
from poetry_tui.prosody.pronunciation import pronunciations
from poetry_tui.prosody.rhyme import Rhyme, letters, rhyme_of, words_that_rhyme
from poetry_tui.verse import Line, Poem

if TYPE_CHECKING:
    from poetry_tui.prosody.forms import Form
    from poetry_tui.prosody.forms import Rule as RuleKind


@dataclass(frozen=True, slots=True)
class LineReport:
    """A line as heard. `letter` is its rhyme ("" for none), `rhymes` False where the form asks for a rhyme it lacks,
    `on_meter` False where it leaves the poem's meter.

    `scansion` is a string to be set above the line's text: `/` over a stressed vowel, `x` over an unstressed one.
    `faults` say in words what breaks the form.
    """

    number: int
    letter: str
    rhymes: bool
    on_meter: bool
    syllables: int
    scansion: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleReport:
    """A rule of the form, in words, and whether the draft keeps it. Hard rules must hold for an approval to count."""

    text: str
    met: bool
    hard: bool


@dataclass(frozen=True, slots=True)
class RhymeFault:
    """Two end words that should rhyme and do not; `kind` is how they sound, `suggestions` would rhyme."""

    line: int
    word: str
    partner: int
    partner_word: str
    kind: Rhyme
    suggestions: tuple[str, ...] = ()


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
            kind = "only a slant rhyme" if fault.kind == "slant" else "no rhyme"
            wanted = f"should rhyme with line {fault.partner} '{fault.partner_word}'"
            said.append(f"line {fault.line} '{fault.word}' {wanted}: {kind}")
        for line in self.lines:
            said += [f"line {line.number}: {fault}" for fault in line.faults if "rhyme" not in fault]
        return "\n".join(said)


def report(poem: Poem, form: Form | None) -> FormReport:
    """Measure a poem, against a form if one is asked for. Never fails; milliseconds once the dictionary is read."""
    ends = [line.tokens[-1] for line in poem.lines]
    meters = _meters(poem, form)
    scheme = form.scheme_for(len(ends)) if form else ""
    named, rhyme_faults = _against(scheme, ends) if scheme else (letters(ends), ())
    faults = {fault.line: fault for fault in rhyme_faults}
    lines = [
        _line_report(line, letter, faults.get(line.number), meters[at % len(meters)] if meters else None, form)
        for at, (line, letter) in enumerate(zip(poem.lines, named, strict=True))
    ]
    return FormReport(
        form=form.name if form else "",
        lines=tuple(lines),
        stanzas=tuple(len(stanza.lines) for stanza in poem.stanzas),
        scheme=_by_stanza(poem, named),
        meter=meter_name(meters),
        rules=tuple(_rules(poem, form, lines, rhyme_faults)) if form else (),
        rhyme_faults=rhyme_faults,
        unheard=tuple(dict.fromkeys(end for end in ends if not pronunciations(end)[0].known)),
    )


def _line_report(
    line: Line, letter: str, fault: RhymeFault | None, meter: Meter | None, form: Form | None
) -> LineReport:
    """The line as heard in its meter; its faults are those that the form names."""
    scansion, count = scan(line, meter), syllables(line)
    said = []
    if fault:
        said.append(f"'{fault.word}' should rhyme with '{fault.partner_word}' in line {fault.partner}")
    if form and form.meter and scansion.fault:
        said.append(scansion.fault)
    if form and form.syllables and line.number <= len(form.syllables) and count != form.syllables[line.number - 1]:
        said.append(f"{count} syllables, {form.syllables[line.number - 1]} wanted")
    over = marks_over(line, scansion.marks)
    return LineReport(line.number, letter, not fault, not scansion.fault, count, over, tuple(said))


def _meters(poem: Poem, form: Form | None) -> tuple[Meter, ...]:
    """The meters that the lines are held against by turns: the form's, else the one that fits the poem."""
    if form and (form.meter or form.syllables):
        return form.meters
    found = fitting(poem.lines)
    return (found,) if found else ()


def _against(scheme: str, ends: Sequence[str]) -> tuple[list[str], tuple[RhymeFault, ...]]:
    """The letters the scheme gives to the lines, and the lines that do not rhyme with the first of their letter.

    A letter's lines are heard against that rhyme sound which most of them share.
    """
    found: list[RhymeFault] = []
    for letter in dict.fromkeys(scheme[: len(ends)]):
        lines = [index for index in range(min(len(ends), len(scheme))) if scheme[index] == letter]
        if letter == "x" or len(lines) < 2:
            continue
        model = max(lines, key=lambda index: (sum(_good(ends[index], ends[k]) for k in lines), -index))
        for index in lines:
            if index == model or _good(ends[index], ends[model]):
                continue
            line, partner = max(index, model), min(index, model)
            if len(lines) > 2:
                line, partner = index, model
            kind = rhyme_of(ends[line], ends[partner])
            tries = words_that_rhyme(ends[partner], [ends[k] for k in lines])
            found.append(RhymeFault(line + 1, ends[line], partner + 1, ends[partner], kind, tries))
    named = [letter if letter != "x" else "" for letter in scheme[: len(ends)]]
    return named + [""] * (len(ends) - len(named)), tuple(sorted(found, key=lambda fault: fault.line))


def _good(first: str, second: str) -> bool:
    return rhyme_of(first, second) in ("perfect", "identical")


def _by_stanza(poem: Poem, named: Sequence[str]) -> str:
    """The letters, stanzas parted by spaces, `x` for a line without rhyme; "" where no line rhymes."""
    if not any(named):
        return ""
    stanzas = ("".join(named[line.number - 1] or "x" for line in stanza.lines) for stanza in poem.stanzas)
    return " ".join(stanzas)


def _rules(poem: Poem, form: Form, lines: Sequence[LineReport], faults: Sequence[RhymeFault]) -> list[RuleReport]:
    """Each rule of the form that can be measured, met or broken."""
    count, stanzas = len(poem.lines), tuple(len(stanza.lines) for stanza in poem.stanzas)
    checks: list[tuple[RuleKind, str, bool]] = []
    if form.lines:
        checks.append(("lines", f"{form.lines} lines (there are {count})", count == form.lines))
    if form.stanza:
        whole = count > 0 and count % form.stanza == 0
        checks.append(("lines", f"stanzas of {form.stanza} lines (there are {count} lines)", whole))
    if form.stanzas:
        checks.append(("stanzas", f"stanzas of {'-'.join(map(str, form.stanzas))} lines", stanzas == form.stanzas))
    if form.scheme:
        reach = len(form.scheme_for(count))
        checks.append(("scheme", f"rhyme scheme {form.scheme}", not faults and 0 < count <= reach))
    if form.syllables:
        counts = tuple(line.syllables for line in lines)
        checks.append(("syllables", f"{'-'.join(map(str, form.syllables))} syllables", counts == form.syllables))
    for group in form.refrains:
        same = group[-1] <= count and len({poem.lines[number - 1].tokens for number in group}) == 1
        checks.append(("refrains", f"lines {', '.join(map(str, group))} the same", same))
    if form.meter:
        kept = sum(line.on_meter for line in lines)
        checks.append(
            ("meter", f"{meter_name(form.meters)} ({kept} of {count} lines)", count > 0 and kept * 5 >= count * 4)
        )
    return [RuleReport(text, met, kind not in form.soft) for kind, text, met in checks]
