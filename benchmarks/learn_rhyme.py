"""Learn what rhymes sound like and which schemes poets use: writes `poetry_tui/prosody/tables/rhyme.json`.

Input: a file of poems with marked rhymes (JSON Lines: `stanzas` of `lines` and `scheme`, `source`), such as
`../shared/data/prosody/rhyme_dev.jsonl`. Pairs of end words that stand near each other train a logistic regression
over the features of `rhyme_sounds`, each pair by its best alignment; the schemes are counted, once a poem and damped.

    python -m benchmarks.learn_rhyme ../shared/data/prosody/rhyme_dev.jsonl
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from poetry_tui.prosody.rhyme_scheme import REACH, canonical, end_word
from poetry_tui.prosody.rhyme_sounds import TABLE, alignments, letter_features

EPOCHS = 6
STEP = 0.3
DECAY = 0.002
SHIFT = 0.5
"""Added to the log-odds; found by search, together with the settings of `rhyme_scheme`, on poems that the weights
were not learned from."""
UNRHYMED = ("neg_blank", "neg_free", "fbfv_blank")

Poem = dict[str, Any]
Pair = tuple[str, str, bool]


def pairs(poems: Iterable[Poem]) -> list[Pair]:
    """End words near each other and whether they are marked as a rhyme; of unrhymed verse, blank verse only."""
    found: list[Pair] = []
    for poem in poems:
        if poem["source"] in UNRHYMED and poem["source"] != "neg_blank":
            continue
        for stanza in poem["stanzas"]:
            words, scheme = [end_word(line) for line in stanza["lines"]], stanza["scheme"]
            for i, word in enumerate(words):
                found += [
                    (words[j], word, scheme[i] == scheme[j])
                    for j in range(max(0, i - REACH), i)
                    if word and words[j] and (word != words[j] or poem["source"] not in UNRHYMED)
                ]
    return found


def weights(examples: list[Pair]) -> dict[str, float]:
    """Log-odds of each feature (AdaGrad, latent best alignment), as likelihood ratio of rhyme against no rhyme."""
    found = {"bias": -2.0, "vowel same": 2.0, "coda same": 1.5, "coda open": 1.0, "last coda same": 1.0}
    slopes: dict[str, float] = defaultdict(float)
    chance = random.Random(0)
    examples = list(examples)
    heard = {pair: (letter_features(*pair), alignments(*pair)) for pair in {(a, b) for a, b, _ in examples}}
    for _ in range(EPOCHS):
        chance.shuffle(examples)
        for one, other, rhymes in examples:
            letters, ways = heard[one, other]
            best = max(ways, key=lambda way: sum(found.get(name, 0.0) for name in way))
            features = (*letters, *best, "bias")
            odds = sum(found.get(name, 0.0) for name in features)
            error = 1 / (1 + math.exp(-max(odds, -30.0))) - rhymes
            if abs(error) < 1e-3:
                continue
            for name in features:
                slope = error + DECAY * found.get(name, 0.0)
                slopes[name] += slope * slope
                found[name] = found.get(name, 0.0) - STEP * slope / math.sqrt(1 + slopes[name])
    share = sum(rhymes for *_, rhymes in examples) / len(examples)
    shift = found.pop("bias") - math.log(share / (1 - share)) + SHIFT
    for name in {name for letters, _ in heard.values() for name in letters if name.startswith("letters")}:
        found[name] = found.get(name, 0.0) + shift  # one of these is in every pair
    return {name: round(value, 3) for name, value in sorted(found.items()) if abs(value) >= 0.005}


def priors(poems: Iterable[Poem]) -> dict[str, Any]:
    """How far apart rhymes stand, and how often each scheme is met."""
    counts: Counter[str] = Counter()
    joins: Counter[tuple[int, int]] = Counter()
    opened = alone = lines = 0
    for poem in poems:
        if poem["source"] in UNRHYMED:
            continue
        in_poem = Counter(lettered(stanza["scheme"]) for stanza in poem["stanzas"])
        for scheme, times in in_poem.items():
            counts[scheme] += math.sqrt(times)  # type: ignore[assignment]
        for stanza in poem["stanzas"]:
            last: dict[int, int] = {}
            members: Counter[int] = Counter()
            for at, label in enumerate(stanza["scheme"]):
                if label in last:
                    joins[min(at - last[label], REACH + 1), min(members[label], 3)] += 1
                last[label] = at
                members[label] += 1
            lines += len(stanza["scheme"])
            alone += sum(count == 1 for count in members.values())
            opened += sum(count > 1 for count in members.values())
    return {
        "opening": round(math.log(opened / lines), 3),
        "alone": round(math.log((alone + 1) / lines), 3),
        "never": round(math.log(0.3 / lines), 3),
        "joins": {f"{a} {b}": round(math.log((n + 0.5) / lines), 3) for (a, b), n in sorted(joins.items())},
        "schemes": {scheme: round(count, 2) for scheme, count in sorted(counts.items())},
    }


def lettered(labels: Iterable[int]) -> str:
    """A scheme as letters, x for a line without rhyme."""
    scheme = canonical(labels)
    often = Counter(scheme)
    names: dict[int, str] = {}
    return "".join("x" if often[label] == 1 else names.setdefault(label, letter(len(names))) for label in scheme)


def letter(number: int) -> str:
    """a, b, … without x, then upper case."""
    return "abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]


def table(poems: list[Poem]) -> dict[str, Any]:
    """The whole table, as the analyser reads it."""
    return {"version": 1, "weights": weights(pairs(poems)), **priors(poems)}


def main() -> None:
    """Learn from the file named, and write the table."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    poems = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    learned = table(poems)
    TABLE.write_text(json.dumps(learned, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(learned['weights'])} weights, {len(learned['schemes'])} schemes, from {len(poems)} poems")


if __name__ == "__main__":
    main()
