"""Numbers as one says them: 42, 1914, 3rd."""

from __future__ import annotations

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "twelve": "twelfth"}


def spoken_number(text: str) -> str:
    """A numeral in words; "" where the text is none. Four digits are said as a year, longer ones digit by digit."""
    match = re.fullmatch(r"([0-9]{1,12})(st|nd|rd|th)?", text)
    if not match:
        return ""
    words = _cardinal(match[1])
    if match[2]:
        last = words[-1]
        words[-1] = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last.removesuffix("e") + "th")
    return " ".join(words)


def _cardinal(digits: str) -> list[str]:
    value = int(digits)
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10]] + ([_ONES[value % 10]] if value % 10 else [])
    if value < 1000:
        return [_ONES[value // 100], "hundred"] + (_cardinal(str(value % 100)) if value % 100 else [])
    if value in {1000, 2000}:
        return [_ONES[value // 1000], "thousand"]
    if value < 10000 and value // 100 % 10:
        return _cardinal(digits[:2]) + (_cardinal(digits[2:]) if value % 100 else ["hundred"])
    return [_ONES[int(digit)] for digit in digits]
