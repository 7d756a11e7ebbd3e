"""Write `poetry_tui/prosody/tables/common.txt`: words that suggestions are taken from, the commonest first.

Input: the frequency dictionary of the package `symspellpy` (`pip install symspellpy`; MIT), made from Google Books
n-gram counts (CC BY 3.0) and the SCOWL word lists. Only words that the CMU Pronouncing Dictionary has are kept.

    python -m benchmarks.common_words
"""

from __future__ import annotations

from importlib.resources import files

from poetry_tui.prosody.pronunciation import dictionary
from poetry_tui.prosody.suggestions import COMMON

MOST = 12_000
SHORT = frozenset(
    "a i o am an as at be by do go he if in is it me my no of on or so to up us we ah ay ho lo oh ox ye".split()
)
"""Words of one or two letters; every other one in the counts is an abbreviation."""
LEAST_VOWELS = frozenset("aeiouy")


def main() -> None:
    """Keep the commonest words that are spoken as words."""
    text = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    words = (line.split(" ")[0] for line in text.splitlines())
    spoken = [
        word
        for word in words
        if word.isalpha() and word in dictionary() and (len(word) > 2 or word in SHORT) and LEAST_VOWELS & set(word)
    ]
    COMMON.write_text(
        "# Common English words, the commonest first: benchmarks/common_words.py makes this file from the frequency\n"
        "# dictionary of symspellpy (Google Books n-gram counts, CC BY 3.0; SCOWL).\n"
        + "\n".join(spoken[:MOST])
        + "\n",
        encoding="utf-8",
    )
    print(f"{min(MOST, len(spoken))} words")


if __name__ == "__main__":
    main()
