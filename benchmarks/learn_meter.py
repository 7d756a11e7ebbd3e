"""Learn where beats fall and how lines are performed: writes `poetry_tui/prosody/tables/meter.json`.

Input: a file of scanned poems (JSON Lines: `foot`, `lines` with `text`, `stanza`, `gold_met` or `gold_real`), such as
`../shared/data/prosody/meter_dev.jsonl`. Three sets of weights: `foot`, to choose the foot of a poem, is the plain
knowledge of `first_weights` below; `line` starts from it and is learned by an averaged structured perceptron (Collins,
"Discriminative training methods for hidden Markov models", 2002) with the best allowed path as its hidden truth;
`perform` is a logistic regression. `benchmarks/prosody.py --cross-validate` measures them on poems left out.

    python -m benchmarks.learn_meter ../shared/data/prosody/meter_dev.jsonl
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

from poetry_tui.prosody import meter_analyzer, scansion
from poetry_tui.prosody.meter_analyzer import agreed, fitting_foot, heard
from poetry_tui.prosody.performance import sounded, syllable_features
from poetry_tui.prosody.scansion import FEET, TABLE, CountWeights, Scan, Weights, scan_features, scanned

EPOCHS = 5
STEP, PATTERN_STEP = 0.2, 0.1
"""How far one line moves the weights of what is said, and of the meter's own distances, which few poems tell about."""
PATTERN = ("distance", "opening", "ending")
PERFORM_EPOCHS = 8

Poem = dict[str, Any]


def first_weights() -> dict[str, float]:
    """What a handbook says, as numbers: stress takes beats, small words do not, feet are regular, elisions are rare."""
    found = {
        "stress 1": 3.0,
        "stress 0": -3.0,
        "stress 2": 0.8,
        "shortened to one": 2.0,
        "one content": 1.5,
        "one article": -2.0,
        "one preposition": -1.0,
        "one conjunction": -1.0,
        "one pronoun": -0.5,
        "one auxiliary": -0.5,
        "one negation": 0.5,
        "one quantity": 0.5,
        "one exclamation": 0.5,
        "elision other": -0.7,
        "elision hiatus": -0.4,
        "elision glide": -0.2,
        "elision syncope": -0.4,
        "elision heav'n": -0.5,
        "elision op'n": -2.0,
        "elision synaloepha": -1.0,
        "elision sounded -ed": -1.5,
        "elision fi-er": -1.0,
        "elision sounded -ion": -2.5,
        "elision the swallowed": -1.5,
        "elision to swallowed": -2.0,
    }
    distances = {"duple": (-2.5, 0.0, -1.2, -3.0), "triple": (-4.0, -1.0, 0.0, -2.5)}
    openings = {
        "iambic": (-1.0, 0.0, -1.5, -4.0),
        "trochaic": (0.0, -1.5, -3.0, -5.0),
        "anapestic": (-2.0, -0.3, 0.0, -3.0),
        "dactylic": (0.0, -1.5, -3.0, -5.0),
    }
    endings = {
        "iambic": (0.0, -0.7, -3.0, -5.0),
        "trochaic": (-0.2, 0.0, -2.5, -5.0),
        "anapestic": (0.0, -0.7, -2.0, -5.0),
        "dactylic": (-0.3, -0.3, 0.0, -4.0),
    }
    for foot in FEET:
        rhythm = "duple" if foot in {"iambic", "trochaic"} else "triple"
        for at in range(4):
            found[f"distance {foot} {at}"] = distances[rhythm][at]
            found[f"opening {foot} {at}"] = openings[foot][at]
            found[f"ending {foot} {at}"] = endings[foot][at]
    return found


def stanzas_of(poem: Poem) -> list[list[str]]:
    """The lines of a poem by stanza."""
    found: list[list[str]] = []
    last: object = None
    for line in poem["lines"]:
        if not found or line["stanza"] != last:
            found.append([])
        last = line["stanza"]
        found[-1].append(line["text"])
    return found


class Examples:
    """A poem made ready: its foot, its lines with their readings, what its lines agree on, and the gold of each."""

    def __init__(self, poem: Poem) -> None:
        self.poem = poem
        self.sizes = [len(stanza) for stanza in stanzas_of(poem)]
        self.lines = [heard(line["text"]) for line in poem["lines"]]
        self.foot = poem["foot"] or fitting_foot([line["text"] for line in poem["lines"]])

    def counts(self, weights: Weights) -> list[CountWeights]:
        """What each line's number of beats is worth, scanned with these weights."""
        first = [scanned(*line, self.foot, weights) for line in self.lines]
        return agreed(self.sizes, [scan.beats if scan else 0 for scan in first])


def line_weights(examples: list[Examples]) -> dict[str, float]:
    """Averaged perceptron over the lines whose beats are marked."""
    found = defaultdict(float, first_weights())
    drift: dict[str, float] = defaultdict(float)
    chance = random.Random(0)
    steps = 1
    metrical = [one for one in examples if one.poem["source"] != "fbfv"]
    for _ in range(EPOCHS):
        chance.shuffle(metrical)
        for one in metrical:
            counts = one.counts(Weights(found))
            for marked, line, count in zip(one.poem["lines"], one.lines, counts, strict=True):
                gold, weights = marked["gold_met"] or (), Weights(found)
                scan = scanned(*line, one.foot, weights, count)
                steps += 1
                if scan is None or scan.marks in gold:
                    continue
                allowed = (scanned(*line, one.foot, weights, only=marks) for marks in gold)
                right = max(filter(None, allowed), key=lambda path: path.weight, default=None)
                if right is None:
                    continue
                change = Counter(scan_features(right, one.foot))
                change.subtract(scan_features(scan, one.foot))
                for name, times in change.items():
                    step = (PATTERN_STEP if name.startswith(PATTERN) else STEP) * times
                    found[name] += step
                    drift[name] += steps * step
    averaged = {name: value - drift[name] / steps for name, value in found.items()}
    edges = ("opening", "ending")  # of these none may be left out: one that is not named is impossible
    kept = {name: value for name, value in averaged.items() if abs(value) > 0.003 or name.startswith(edges)}
    return {name: round(value, 3) for name, value in sorted(kept.items())}


def perform_weights(examples: list[Examples], line: dict[str, float]) -> dict[str, float]:
    """Logistic regression (AdaGrad) over the syllables of lines whose performance is marked."""
    syllables: list[tuple[tuple[str, ...], bool]] = []
    for one in examples:
        if one.poem["source"] == "fbfv":
            weights = Weights(line)
            counts = one.counts(weights)
            for marked, said, count in zip(one.poem["lines"], one.lines, counts, strict=True):
                scan = scanned(*said, one.foot, weights, count)
                syllables += _performed_syllables(scan, marked["gold_real"]) if scan else []
    found: dict[str, float] = defaultdict(float)
    slopes: dict[str, float] = defaultdict(float)
    chance = random.Random(1)
    for _ in range(PERFORM_EPOCHS):
        chance.shuffle(syllables)
        for names, stressed in syllables:
            odds = max(-30.0, min(30.0, sum(found[name] for name in names)))
            error = 1 / (1 + math.exp(-odds)) - stressed
            for name in names:
                slope = error + 0.01 * found[name]
                slopes[name] += slope * slope
                found[name] -= 0.25 * slope / math.sqrt(1 + slopes[name])
    return {name: round(value, 3) for name, value in sorted(found.items()) if abs(value) > 0.02}


def _performed_syllables(scan: Scan, golds: Iterable[str]) -> list[tuple[tuple[str, ...], bool]]:
    """The features of each counted syllable and whether the nearest gold performance stresses it."""
    places: list[bool] = []
    for choice in scan.said:
        places += [mark == "+" for mark in sounded(choice.way, "+" * len(choice.syllables))]
    fitting = [gold for gold in golds if len(gold) == len(places)]
    if not fitting:
        return []
    counted = ["".join(mark for mark, counts in zip(gold, places, strict=True) if counts) for gold in fitting]
    nearest = min(counted, key=lambda gold: sum(a != b for a, b in zip(gold, scan.marks, strict=True)))
    return [(names, mark == "+") for names, mark in zip(syllable_features(scan), nearest, strict=True)]


def table(examples: list[Examples]) -> dict[str, Any]:
    """The whole table, as the analyser reads it."""
    line = line_weights(examples)
    return {
        "version": 1,
        "weights": {"foot": first_weights(), "line": line, "perform": perform_weights(examples, line)},
    }


def use(learned: dict[str, Any]) -> None:
    """Let the analyser work with a table that is not written."""
    scansion.tables = lambda: learned["weights"]  # type: ignore[assignment]
    scansion.weights_for.cache_clear()
    meter_analyzer.forget()


def main() -> None:
    """Learn from the file named, and write the table."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    poems = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    use({"weights": {"foot": first_weights()}})
    learned = table([Examples(poem) for poem in poems])
    TABLE.write_text(json.dumps(learned, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    sizes = {name: len(found) for name, found in learned["weights"].items()}
    print(f"weights: {sizes}, from {len(poems)} poems")


if __name__ == "__main__":
    main()
