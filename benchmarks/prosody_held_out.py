"""Rhyme and meter measured on poems that the tables were not learned from: `python -m benchmarks.prosody
--cross-validate`."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import learn_meter, learn_rhyme
from benchmarks.prosody_plugins import scan, schemes
from poetry_tui.prosody import rhyme_kinds, rhyme_scheme, rhyme_sounds

RHYME_FOLDS, METER_FOLDS = 3, 5
Poem = dict[str, Any]


def held_out(data: Path) -> str:
    """Both tables of figures as text. Takes a minute or two."""
    sys.path.insert(0, str(data / "eval"))
    return f"{_rhyme(data)}\n{_meter(data)}"


def _rhyme(data: Path) -> str:
    import eval_broken
    import eval_rhyme

    poems, broken = _read(data / "rhyme_dev.jsonl"), _read(data / "rhyme_broken_dev.jsonl")
    fold_of = _folds([poem["id"] for poem in poems], RHYME_FOLDS)
    predicted: dict[str, list[list[int]]] = {}
    for fold in range(RHYME_FOLDS):
        _use_rhymes(learn_rhyme.table([poem for poem in poems if fold_of[poem["id"]] != fold]))
        for poem in (*poems, *broken):
            if fold_of[poem["id"].removeprefix("broken:")] == fold:
                predicted[poem["id"]] = schemes([stanza["lines"] for stanza in poem["stanzas"]])
    figures = eval_rhyme.score(poems, [predicted[poem["id"]] for poem in poems])
    rows = [f"{name:<20} {row}" for name, row in figures.items() if name in {"ALL", "neg_blank"} or "chicago 1" in name]
    return "\n".join([*rows, f"broken {eval_broken.score(broken, [predicted[poem['id']] for poem in broken])}"])


def _meter(data: Path) -> str:
    import eval_meter

    poems = _read(data / "meter_dev.jsonl")
    fold_of = _folds([poem["id"] for poem in poems], METER_FOLDS)
    learn_meter.use({"weights": {"foot": learn_meter.first_weights()}})
    examples = {poem["id"]: learn_meter.Examples(poem) for poem in poems}
    predicted: dict[str, Any] = {}
    for fold in range(METER_FOLDS):
        learn_meter.use({"weights": {"foot": learn_meter.first_weights()}})
        learn_meter.use(learn_meter.table([examples[one] for one in examples if fold_of[one] != fold]))
        for poem in poems:
            if fold_of[poem["id"]] == fold:
                predicted[poem["id"]] = scan(learn_meter.stanzas_of(poem))
    figures = eval_meter.score(poems, [predicted[poem["id"]] for poem in poems])
    return "\n".join(f"{name:<20} {row}" for name, row in figures.items() if "non-iambic" not in name)


def _read(path: Path) -> list[Poem]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _folds(names: list[str], count: int) -> dict[str, int]:
    """A fold for each poem, by chance and always the same."""
    shuffled = sorted(names)
    random.Random(2).shuffle(shuffled)
    return {name: at % count for at, name in enumerate(shuffled)}


def _use_rhymes(table: dict[str, Any]) -> None:
    """Let the analyser work with a table that is not written, and forget what it remembers of another."""
    source: Callable[[], dict[str, Any]] = lambda: table  # noqa: E731
    rhyme_sounds.table = source  # type: ignore[assignment]
    rhyme_scheme.table = source  # type: ignore[assignment]
    for remembered in (
        rhyme_sounds._weights,
        rhyme_sounds._likeness,
        rhyme_scheme._priors,
        rhyme_scheme._prior,
        rhyme_kinds._kind,
    ):
        remembered.cache_clear()
