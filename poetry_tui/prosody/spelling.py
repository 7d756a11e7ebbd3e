"""Spellings that stand for a word the dictionary has under another: old print, elisions, dropped letters, accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

_OLD_PRINT: tuple[tuple[str, str], ...] = (
    (r"^i(?=[aeou])", "j"),  # ioy, iust
    (r"(?<=[aeiouylr])u(?=e|i)", "v"),  # haue, gouern, serue
    (r"^v(?=[^aeiou])", "u"),  # vpon, vnto
    (r"uu|vv", "w"),
    (r"(?<=[a-z])ie$", "y"),  # skie, libertie
    (r"(?<=[aeo])y(?=[a-z])", "i"),  # vayne, voyce
    (r"(?<=[bcdfghklmnprstvwxz])y(?=[a-z])", "i"),  # tyme, wyde
    (r"(.)\1e$", r"\1\1"),  # blisse, shall; and the next one
    (r"(.)\1e$", r"\1"),  # sunne, warre
    (r"(.)\1es$", r"\1s"),
    (r"(?<=[^aeiou])ee$", "e"),  # hee, mee
    (r"(?<=[a-z]{2})e$", ""),  # looke, faire
    (r"(?<=[a-z]{2})es$", "s"),  # lookes
    (r"([^aeiou])eth$", r"\1th"),
    (r"(?<=[aou])w(?=[bdnlr])", "u"),  # sownd, fowl
    (r"ea(?=r)", "ee"),
    (r"ee(?=r)", "ea"),  # yeere, neere
    (r"aun(?=[a-z])", "an"),  # aduaunce
    (r"ct$", "ck"),
    (r"xt$", "xed"),  # mixt, vext
    (r"(?<=[^aeiouy])t$", "ed"),  # wrapt, distrest
    (r"st$", "ssed"),
    (r"our$", "or"),
    (r"ise(?=[ds]?$)", "ize"),
    (r"nce$", "nse"),
    (r"owre$", "ower"),
    (r"re$", "er"),  # sombre, theatre
    (r"^a(?=[a-z]{4})", ""),
    (r"f(?=[a-eh-z])", "s"),  # fhall: a long s read as f
)
"""Habits of old spelling, and what they stand for; they may be put together, two at most."""
_LEAST = 3
"""Letters; a shorter word is not spelled anew, since it would become any other."""


def plain(word: str) -> str:
    """The word without accents, its apostrophes straight: `lovèd` → `loved`."""
    if word.isascii():
        return word
    word = word.replace("æ", "ae").replace("œ", "oe").replace("ſ", "s").replace("’", "'")
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def elided(word: str) -> Iterator[str]:
    """Full spellings of a word with apostrophes: o'er, heav'n, wand'ring, lov'd, runnin'."""
    yield word
    bare = word.strip("'")
    yield bare
    if word.endswith("in'"):
        yield word[:-1] + "g"
    if bare.endswith(("'d", "'st", "'t")):
        stem, _, ending = bare.rpartition("'")
        past = "est" if ending == "st" else "ed"
        yield stem + past
        yield stem.removesuffix("e") + past
        if stem[-1:] == "y":
            yield stem[:-1] + "ied"
    if "'" in bare:
        yield bare.replace("o'er", "over").replace("e'er", "ever")
        yield bare.replace("e'e", "eve")
        for letter in "evai":
            yield bare.replace("'", letter)
        yield bare.replace("'", "")


def respelled(word: str, known: Callable[[str], bool]) -> str | None:
    """The modern word that an old spelling stands for, if one or two habits lead to a known one."""
    if len(word) < _LEAST or not word.isascii() or not word.isalpha():
        return None
    once = list(_rewritten(word))
    for spelling in once:
        if known(spelling):
            return spelling
    for first in once:
        for spelling in _rewritten(first):
            if known(spelling):
                return spelling
    return None


def _rewritten(word: str) -> Iterator[str]:
    for pattern, instead in _OLD_PRINT:
        spelling = re.sub(pattern, instead, word)
        if spelling != word and len(spelling) >= _LEAST - 1:
            yield spelling
