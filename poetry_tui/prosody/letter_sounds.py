"""How a word sounds that no dictionary has, from its letters alone.

Rules say what a letter stands for between its neighbours; the longest context that has a rule speaks, as in Black,
Lenzo and Pagel, "Issues in building general letter to sound rules" (1998). `benchmarks/learn_letters.py` learns them
from the CMU Pronouncing Dictionary.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("tables") / "letters.json"
CONTEXTS = ((2, 3), (2, 2), (1, 3), (1, 2), (2, 1), (0, 2), (1, 1), (0, 1), (1, 0), (0, 0))
"""Letters to the left and right that a rule may look at, the most telling first; `#` is the edge of the word."""
_WEAK_START = re.compile(r"(?:a(?!i|u|e)|be|de|re|un|en|em|in|im|ex|pre|pro|dis|mis)(?=[^aeiou])")


def context(word: str, at: int, left: int, right: int) -> str:
    """The letter at a place with its neighbours, as the table names it: `ig<h>t#`."""
    padded = f"###{word}###"
    middle = at + 3
    return f"{padded[middle - left : middle]}<{padded[middle]}>{padded[middle + 1 : middle + 1 + right]}"


def guess(word: str, rules: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Phones for the letters a-z of a word, with one primary stress; at least one vowel."""
    rules = _rules() if rules is None else rules
    phones: list[str] = []
    for at in range(len(word)):
        keys = (context(word, at, left, right) for left, right in CONTEXTS)
        phones += next((rules[key] for key in keys if key in rules), "").split()
    return _stressed(word, phones)


def _stressed(word: str, phones: list[str]) -> tuple[str, ...]:
    """The phones with exactly one primary stress: the first there is, else the first vowel after a weak prefix."""
    vowels = [at for at, phone in enumerate(phones) if phone[-1].isdigit()]
    if not vowels:
        return (*phones, "AH1")
    primary = [at for at in vowels if phones[at][-1] == "1"]
    if not primary:
        weak = len(vowels) > 1 and _WEAK_START.match(word) is not None
        primary = [at for at in vowels if phones[at][-1] == "2"] or [vowels[1 if weak else 0]]
        phones[primary[0]] = phones[primary[0]][:-1] + "1"
    for at in primary[1:]:
        phones[at] = phones[at][:-1] + "2"
    return tuple(phones)


@cache
def _rules() -> dict[str, str]:
    found: dict[str, str] = json.loads(TABLE.read_text(encoding="utf-8"))["rules"]
    return found
