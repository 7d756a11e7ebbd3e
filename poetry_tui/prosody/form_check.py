"""What a form promises, held against a poem: each rule met or broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from poetry_tui.prosody.form_registry import Form, Rule
from poetry_tui.prosody.meter_analyzer import LineMeter, PoemMeter, analyze_meter, meter_name
from poetry_tui.prosody.pronunciation import dictionary
from poetry_tui.prosody.rhyme_analyzer import Deviation, deviations, rhyme_letters
from poetry_tui.prosody.rhyme_kinds import accepted
from poetry_tui.prosody.rhyme_scheme import end_word
from poetry_tui.verse import Poem

_MOST_LINES_ON_METER = 0.8
_MOST_CHANCE_RHYMES = 0.2
"""Share of lines that may rhyme by chance where a form asks for none."""
_OPENING_WORDS = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule of the form in words, and whether the poem keeps it. `lines` (from 1) are those that break it."""

    rule: Rule
    text: str
    met: bool
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """A poem as it is heard, once, for any number of forms.

    `ends` are its end words, `letters` its rhymes; `counts` for each line the numbers of syllables it can have.
    """

    poem: Poem
    ends: tuple[str, ...]
    letters: tuple[str, ...]
    meter: PoemMeter
    counts: tuple[frozenset[int], ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Lines a stanza."""
        return tuple(len(stanza.lines) for stanza in self.poem.stanzas)


def hear(poem: Poem, meter: PoemMeter | None = None) -> Hearing:
    """Hear a poem; `meter` where it is known."""
    stanzas = [[end_word(line.text) for line in stanza.lines] for stanza in poem.stanzas]
    found = meter or analyze_meter(poem)
    return Hearing(
        poem=poem,
        ends=tuple(word for stanza in stanzas for word in stanza),
        letters=tuple(rhyme_letters(stanzas)),
        meter=found,
        counts=tuple(map(syllable_counts, found.lines)),
    )


def syllable_counts(line: LineMeter) -> frozenset[int]:
    """The numbers of syllables that a line can have, by all ways to say its words."""
    sums = {0}
    for options in line.options:
        sums = {total + len(choice.way.stresses) for total in sums for choice in options}
    return frozenset(sums)


def scheme_of(form: Form, ends: Sequence[str]) -> tuple[str, tuple[Deviation, ...]]:
    """That scheme of the form which the end words keep best, with a letter a line, and where they do not."""
    tried = [(scheme, deviations(scheme, ends)) for scheme in (form.scheme_for(len(ends), s) for s in form.schemes)]
    return min(tried, key=lambda pair: len(pair[1]), default=("", ()))


def verdicts(form: Form, heard: Hearing, meter: PoemMeter | None = None) -> list[Verdict]:
    """Each rule of a form that can be measured; `meter` is the poem scanned in the meters of the form."""
    return [verdict for check in _CHECKS for verdict in check(form, heard, meter or heard.meter)]


Check = Callable[[Form, Hearing, PoemMeter], Iterator[Verdict]]


def _lines(form: Form, heard: Hearing, _: PoemMeter) -> Iterator[Verdict]:
    count = len(heard.ends)
    if form.lines:
        yield Verdict("lines", f"{form.lines} lines (there are {count})", count == form.lines)
    elif form.stanza:
        whole = count > 0 and (count % form.stanza == 0 or count % form.stanza in form.closing)
        yield Verdict("lines", f"stanzas of {form.stanza} lines (there are {count} lines)", whole)
    if not form.lines and form.least > 1:
        yield Verdict("lines", f"at least {form.least} lines (there are {count})", count >= form.least)


def _stanzas(form: Form, heard: Hearing, _: PoemMeter) -> Iterator[Verdict]:
    if form.stanzas:
        wanted = "-".join(map(str, form.stanzas))
        yield Verdict("stanzas", f"stanzas of {wanted} lines", heard.sizes == form.stanzas)
    elif form.stanza and len(heard.sizes) > 1:
        *body, last = heard.sizes
        met = all(size == form.stanza for size in body) and last in {form.stanza, *form.closing}
        yield Verdict("stanzas", f"each stanza of {form.stanza} lines", met)


def _scheme(form: Form, heard: Hearing, _: PoemMeter) -> Iterator[Verdict]:
    if form.schemes:
        scheme, faults = scheme_of(form, heard.ends)
        reached = 0 < len(heard.ends) <= len(scheme)
        written = next((one for one in form.schemes if form.scheme_for(len(heard.ends), one) == scheme), form.scheme)
        merged = _merged(scheme, heard.ends, 4 if form.lines else 2)
        lines = tuple(fault.line for fault in faults) or merged
        yield Verdict("scheme", f"rhyme scheme {written}", reached and not faults and not merged, lines)
    if not form.rhymed:
        rhyming = tuple(at for at, name in enumerate(heard.letters, 1) if name)
        met = bool(heard.ends) and len(rhyming) <= _MOST_CHANCE_RHYMES * len(heard.ends)
        yield Verdict("scheme", "no rhyme", met, () if met else rhyming)


def _merged(scheme: str, ends: Sequence[str], part: int) -> tuple[int, ...]:
    """Lines of letters that should sound apart from one of the three before and do not.

    One such letter, or less than a `part`-th of all, may be chance.
    """
    first: dict[str, int] = {}
    for at, name in enumerate(scheme[: len(ends)]):
        if name != "x":
            first.setdefault(name, at)
    names = list(first)
    together = [
        first[other] + 1
        for at, other in enumerate(names)
        for one in names[max(0, at - 3) : at]
        if accepted(ends[first[one]], ends[first[other]])
    ]
    return tuple(together) if len(together) > 1 and len(together) * part >= len(names) else ()


def _meter(form: Form, _: Hearing, meter: PoemMeter) -> Iterator[Verdict]:
    if form.meters:
        off = tuple(at for at, line in enumerate(meter.lines, 1) if line.fault)
        count = len(meter.lines)
        met = count > 0 and count - len(off) >= _MOST_LINES_ON_METER * count
        name = meter_name(form.meters)
        yield Verdict("meter", f"{name} ({count - len(off)} of {count} lines)", met, off)


def _syllables(form: Form, heard: Hearing, _: PoemMeter) -> Iterator[Verdict]:
    if form.syllables:
        wrong = tuple(
            at
            for at, (wanted, possible) in enumerate(zip(form.syllables, heard.counts, strict=False), 1)
            if wanted not in possible
        )
        met = not wrong and len(heard.counts) == len(form.syllables)
        yield Verdict("syllables", f"{'-'.join(map(str, form.syllables))} syllables", met, wrong)


def _refrains(form: Form, heard: Hearing, _: PoemMeter) -> Iterator[Verdict]:
    lines = heard.poem.lines
    for group in form.refrains:
        same = group[-1] <= len(lines) and len({lines[number - 1].tokens for number in group}) == 1
        yield Verdict("refrains", f"lines {', '.join(map(str, group))} the same", same, () if same else group)
    if form.opening_words:
        opening = lines[0].tokens[:_OPENING_WORDS] if lines else ()
        wrong = tuple(
            number
            for number in form.opening_words
            if number > len(lines) or lines[number - 1].tokens[:_OPENING_WORDS] != opening
        )
        numbers = ", ".join(map(str, form.opening_words))
        yield Verdict("refrains", f"lines {numbers} are the opening words of line 1", not wrong, wrong)
    if form.carried:
        yield _carried(form, heard)


def _carried(form: Form, heard: Hearing) -> Verdict:
    lines, size = heard.poem.lines, form.stanza or 1
    wrong = [
        start + size + again
        for start in range(0, len(lines) - size, size)
        for line, again in form.carried.items()
        if start + size + again <= len(lines)
        and lines[start + line - 1].tokens != lines[start + size + again - 1].tokens
    ]
    said = " and ".join(f"line {line} comes again as line {again}" for line, again in form.carried.items())
    return Verdict("refrains", f"{said} of the next stanza", len(lines) > size and not wrong, tuple(wrong))


def _words(form: Form, heard: Hearing, _: PoemMeter) -> Iterator[Verdict]:
    if form.rotation:
        yield _rotation(form, heard)
    if form.same_ending:
        yield _same_ending(heard)
    if form.acrostic:
        spelled = _spelled(heard.poem)
        text = f"the first letters spell a word ({' '.join(spelled)})" if spelled else "the first letters spell a word"
        yield Verdict("words", text, all(word in dictionary() for word in spelled) and bool(spelled))


def _rotation(form: Form, heard: Hearing) -> Verdict:
    """The end words of each stanza are those of the one before in the form's order; the last lines hold all of them."""
    size, ends = len(form.rotation), heard.ends
    full = len(ends) // size
    wrong = [
        turn * size + at + 1
        for turn in range(1, full)
        for at, source in enumerate(form.rotation)
        if ends[turn * size + at] != ends[(turn - 1) * size + source - 1]
    ]
    closing = {token for line in heard.poem.lines[full * size :] for token in line.tokens}
    gathered = full < len(form.rotation) or not closing or set(ends[:size]) <= closing
    met = full > 1 and not wrong and gathered
    text = f"end words come in the order {'-'.join(map(str, form.rotation))} of the stanza before"
    return Verdict("words", text, met, tuple(wrong))


def _same_ending(heard: Hearing) -> Verdict:
    """The refrain of a ghazal (radif): the words that its first two lines end on, and a rhyme (qafia) before them."""
    lines = heard.poem.lines
    text = "the first line, and every second line, ends on the same words"
    if len(lines) < 2:
        return Verdict("words", text, False)
    first, second = lines[0].tokens, lines[1].tokens
    shared = 0
    while shared < min(len(first), len(second)) - 1 and first[-1 - shared] == second[-1 - shared]:
        shared += 1
    refrain = second[len(second) - shared :]
    held = (0, *range(1, len(lines), 2))
    wrong = [at + 1 for at in held if not shared or lines[at].tokens[-shared:] != refrain]
    if not wrong:
        before = [lines[at].tokens[: len(lines[at].tokens) - shared] for at in held]
        wrong = [
            at + 1
            for at, words in zip(held, before, strict=True)
            if words and before[0] and not accepted(words[-1], before[0][-1])
        ]
        if wrong:
            text += ", and a rhyme stands before them"
    return Verdict("words", text, not wrong, tuple(wrong))


def _spelled(poem: Poem) -> tuple[str, ...]:
    """What the first letters spell: one word, or one a stanza."""
    stanzas = ["".join(line.tokens[0][0] for line in stanza.lines) for stanza in poem.stanzas]
    whole = "".join(stanzas)
    return (whole,) if whole in dictionary() or not all(len(word) > 1 for word in stanzas) else tuple(stanzas)


_CHECKS: tuple[Check, ...] = (_lines, _stanzas, _scheme, _syllables, _refrains, _words, _meter)
