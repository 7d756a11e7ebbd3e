"""Which forms a poem has: the forms of the registry that it keeps well enough to be called by their name.

Poets bend forms, and librarians still call them by their names: a rhyme may be missing here and there, lines may be off
the meter. What makes a form itself (its number of lines, its refrains, its order of rhymes) may not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from poetry_tui.prosody.form_check import Hearing, Verdict, hear, verdicts
from poetry_tui.prosody.form_registry import Form, forms
from poetry_tui.prosody.rhyme_analyzer import rhyme_letters
from poetry_tui.prosody.rhyme_sounds import likeness
from poetry_tui.verse import Poem

_RHYMING = 0.75
"""Share of the lines that a scheme wants rhymed, from which the poem is in the scheme."""
_SONNET_LINES = 14
_RHYMED_SONNET_LINES = 9
"""Lines of fourteen that rhyme in an order of their own, from which they are an irregular sonnet."""
_SONNET_BEATS = range(4, 7)
_FREE = 0.25
"""Share of lines that may rhyme in free verse."""
_LONGEST = 400
"""Lines; of a longer poem the beginning is looked at."""


@dataclass(frozen=True, slots=True)
class Identified:
    """A form that a poem has, and how well it keeps it, 0 to 1. `irregular` where only the outline is the form's."""

    form: Form
    fit: float
    irregular: bool = False


def identify(poem: Poem) -> tuple[Identified, ...]:
    """The forms of a poem, the most telling first; "free verse" where it has no other. Never fails."""
    if len(poem.lines) > _LONGEST:
        poem = Poem.parse("\n".join(line.text for line in poem.lines[:_LONGEST]))
    if not poem.lines:
        return ()
    found = identified(hear(poem))
    title, *body = poem.stanzas
    if body and len(title.lines) == 1 and max(len(stanza.lines) for stanza in body) > 1:
        found = max(found, identified(hear(Poem.parse("\n\n".join(stanza.text for stanza in body)))), key=_most_telling)
    return found


def identified(heard: Hearing) -> tuple[Identified, ...]:
    """The same for a poem that has been heard."""
    found = []
    for form in forms().values():
        fit = _fit(form, heard)
        if fit:
            found.append(Identified(form, round(fit, 3)))
    if len(heard.ends) == _SONNET_LINES and not any(one.form.lines == _SONNET_LINES for one in found):
        share = _irregular_sonnet(heard)
        if share:
            found.append(Identified(forms()["sonnet"], round(share / 2, 3), irregular=True))
    found.sort(key=lambda one: (-_telling(one.form), -one.fit))
    if not found and not heard.meter.meters and sum(map(bool, heard.letters)) <= _FREE * len(heard.ends):
        found.append(Identified(forms()["free verse"], 1.0))
    return tuple(found)


def _fit(form: Form, heard: Hearing) -> float:
    """How well the poem keeps a form; 0 where it lacks what makes the form itself."""
    if not _telling(form):
        return 0.0
    shares = [1.0]
    for rule in verdicts(form, heard):
        if rule.met or rule.rule in {"stanzas", "meter"} or (rule.rule == "scheme" and form.rhymed):
            continue
        if rule.rule == "lines" and form.rotation and abs(len(heard.ends) - (form.lines or 0)) < 2:
            continue
        loose = rule.rule == "syllables" or (rule.rule == "refrains" and form.refrains) or form.carried or form.rotation
        if not loose or not rule.lines or not _nearly(form, rule, heard):
            return 0.0
        shares.append(1 - len(rule.lines) / len(heard.ends))
    if form.schemes and "scheme" not in form.soft:
        share = _in_scheme(form, heard)
        if share < _RHYMING:
            return 0.0
        shares.append(share)
    if form.meters:
        share = _in_meter(form, heard)
        if not share:
            return 0.0
        shares.append(share)
    return sum(shares) / len(shares)


def _telling(form: Form) -> int:
    """How much a form asks for: the more, the more it says of a poem that it has it."""
    strict = 8 * bool(form.refrains or form.carried or form.rotation or form.same_ending or form.opening_words)
    return (
        strict
        + 6 * bool(form.lines and (form.scheme or form.syllables))
        + 4 * form.acrostic
        + 2 * bool(form.stanza and form.scheme and len(form.scheme) > 2)
        + bool(form.scheme)
        + bool(form.meter)
    )


def _nearly(form: Form, rule: Verdict, heard: Hearing) -> bool:
    """Whether a form is still itself though its rule is broken: a line in four is free to vary what comes again."""
    if rule.rule == "syllables":
        return len(rule.lines) < 2 and len(heard.ends) == len(form.syllables or ())
    if rule.rule == "refrains" and form.refrains:
        return len({heard.ends[number - 1] for number in rule.lines if number <= len(heard.ends)}) == 1
    carried = (len(heard.ends) // (form.stanza or 1) - 1) * len(form.carried)
    return len(rule.lines) * 4 <= (carried if form.carried else len(heard.ends))


def _most_telling(found: tuple[Identified, ...]) -> int:
    return max((_telling(one.form) for one in found), default=0)


def _in_scheme(form: Form, heard: Hearing) -> float:
    """Share of the lines that the best scheme of the form wants rhymed and that rhyme; 0 where it is another one."""
    if not any(heard.letters):
        return 0.0
    return max(_share_in(form.scheme_for(len(heard.ends), scheme), heard) for scheme in form.schemes)


def _share_in(scheme: str, heard: Hearing) -> float:
    """The same for one scheme, with a letter a line."""
    ends, own = heard.ends, heard.letters
    partners = Counter(scheme)
    wanted = [at for at, name in enumerate(scheme) if name != "x" and partners[name] > 1]
    if len(scheme) < len(ends) or not wanted:
        return 0.0
    kept = 0
    for at in wanted:
        mates = [other for other in wanted if scheme[other] == scheme[at] and other != at]
        heard_alike = sum(likeness(ends[at], ends[mate]) > 0 or ends[at] == ends[mate] for mate in mates)
        kept += 2 * heard_alike >= len(mates) + (len(mates) > 1)
    crossed = [at for at in wanted if own[at] and any(own[at] == own[k] and scheme[at] != scheme[k] for k in wanted)]
    free = sum(1 for name, heard_name in zip(scheme, own, strict=False) if name == "x" and heard_name)
    if 2 * free > max(1, scheme.count("x")):
        return 0.0
    return max(0.0, (kept - len(crossed) / 2) / len(wanted))


def _in_meter(form: Form, heard: Hearing) -> float:
    """Share of the lines whose beats are those of the form's meter; 0 for less than half, or another foot."""
    asked = form.meters
    beats = [line.feet for line in heard.meter.lines]
    kept = sum(count == asked[at % len(asked)].feet for at, count in enumerate(beats))
    duple = {"iambic", "trochaic"}
    same_rhythm = (asked[0].foot in duple) == (heard.meter.foot in duple)
    if not same_rhythm:
        return 0.0
    return kept / len(beats) if kept * 2 >= len(beats) else 0.0


def _irregular_sonnet(heard: Hearing) -> float:
    """Share of fourteen lines that rhyme in an order of their own; 0 for too few, or couplets."""
    letters = rhyme_letters([heard.ends])
    rhymed = sum(map(bool, letters))
    couplets = sum(a == b != "" for a, b in zip(letters[::2], letters[1::2], strict=True))
    if rhymed < _RHYMED_SONNET_LINES or couplets > 5 or heard.meter.measure not in _SONNET_BEATS:
        return 0.0
    return rhymed / _SONNET_LINES
