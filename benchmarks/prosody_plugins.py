"""Our analysers as the evaluators of `../shared/data/prosody/eval` call them.

From the repository: `python ../shared/data/prosody/eval/eval_rhyme.py DATA benchmarks.prosody_plugins:schemes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Stanzas = Sequence[Sequence[str]]


def schemes(stanzas: Stanzas) -> list[list[int]]:
    """A label for each line; lines of a stanza that rhyme have the same."""
    from poetry_tui.prosody import rhyme_scheme

    return [list(found) for found in rhyme_scheme.schemes([[rhyme_scheme.end_word(x) for x in s] for s in stanzas])]


def scan(stanzas: Stanzas) -> dict[str, Any]:
    """Foot and meter of the poem, and each line's metrical pattern, performed stress and number of feet."""
    from poetry_tui.prosody.meter_analyzer import Meter, scan_stanzas

    found = scan_stanzas(stanzas)
    lines = [{"met": line.metrical, "real": line.performed, "feet": line.feet} for line in found.lines]
    return {"foot": found.foot, "meter": str(Meter(found.foot, found.measure)), "lines": lines}


def form(stanzas: Stanzas) -> set[str]:
    """Names of the forms that the poem has."""
    from poetry_tui.prosody.identify import identify
    from poetry_tui.verse import Poem

    poem = Poem.parse("\n\n".join("\n".join(stanza) for stanza in stanzas))
    return {found.form.name for found in identify(poem)}
