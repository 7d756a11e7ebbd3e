"""Every way to say a line of verse: its words, the pronunciations and elisions that poets use, and what its syllables
are made of, named so that weights can be learned for them.

The elisions are those of English metrics (syncope, synaeresis, synaloepha, and the -ed and -ion that older verse may
sound): Attridge, "The Rhythms of English Poetry" (1982); Kiparsky, "The rhythmic structure of English verse" (1977).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from poetry_tui.prosody.pronunciation import Phones, pronunciations

_MOST_WAYS = 6
_WORD = re.compile(
    r"['’]\s?t\s(?:was|is|were|will|would)\b"
    r"|[^\W_]+(?:['’ʼ‘][^\W_]+|\s['’]\s?(?:d|ll|st|re|ve|en|m)\b|\sn['’]t\b)*(?:\s?['’](?=\s|$))?",
    re.IGNORECASE,
)
"""A word with its apostrophes, which some editions set apart: `th ' end`, `do n't`, `'t was`."""
_STRAIGHT = str.maketrans("’ʼ‘", "'''")
_PAUSE = re.compile(r"[,.;:!?()\"“”—–…]|--|\s-\s")
_GROUPS = {
    "article": "a an the th o'",
    "preposition": "of to in at by for from with on as than per through up off down out till round like near past "
    "since toward towards",
    "conjunction": "and or but nor if that when while where so yet ere though thro tho lest because unless",
    "pronoun": "i he she we they it me him us them thee thou ye you her his my thy our your their its mine thine one "
    "who whom which what whose",
    "auxiliary": "is are was were am be been has have had hast hath do does did dost doth didst can could may might "
    "must shall should will would wilt shalt canst art wert wast let shouldst wouldst couldst",
    "negation": "not no none naught nought never",
    "quantity": "all some any each both such more most much every few two three same this these those here there now "
    "then how why too still just else own ever even ne'er e'er",
    "exclamation": "oh ah lo o alas yes hail come see",
}
_GROUP_OF = {word: group for group, words in _GROUPS.items() for word in words.split()}
_WEAK_PAIRS = frozenset(
    "upon into unto without within over under about above among before behind beneath between beyond until against "
    "across along around ever never many any every only after other being".split()
)
"""Words of two syllables that are counted one by one, as those of `_GROUPS` are: common, and stressed lightly."""
_SYLLABIC_ENDS = frozenset((vowel, closed) for vowel in ("AH0", "IH0") for closed in "NL")
_SYLLABIC_ION = re.compile(r"(?:ti|si|ci)(?:on|ons|ous|an|ent|ence|al)$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: its letters case-folded, where it stands in the text, and the pause after it.

    `pause` is 0 for none, 1 where punctuation follows, 2 at the end of the line.
    """

    text: str
    start: int
    end: int
    pause: int


@dataclass(frozen=True, slots=True)
class Way:
    """A way to say a word: a stress digit a syllable, the elisions it takes, and where a syllable was swallowed.

    `swallowed` are places in the stresses at which a reader may still sound what the meter does not count.
    """

    stresses: str
    elisions: tuple[str, ...] = ()
    swallowed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to say a word at its place in a line, and what each of its syllables is (names of features)."""

    way: Way
    syllables: tuple[tuple[str, ...], ...]


Choices = tuple[tuple[Choice, ...], ...]
"""For each word of a line, the ways to say it."""


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a line; the parts of a hyphenated one stand for themselves."""
    matches = list(_WORD.finditer(text))
    found = []
    for number, match in enumerate(matches):
        after = text[match.end() : matches[number + 1].start()] if number + 1 < len(matches) else None
        pause = 2 if after is None else 1 if _PAUSE.search(after) else 0
        word = "".join(match[0].casefold().split()).translate(_STRAIGHT).lstrip("'")
        if word.endswith("'") and word not in {"th'", "o'", "i'", "t'"}:
            word = word[:-1]
        found.append(Word("th" if word == "th'" else word, match.start(), match.end(), pause))
    return tuple(found)


def choices(words: Sequence[Word]) -> Choices:
    """The ways to say each word of a line, those with the fewest elisions first."""
    found = []
    for at, word in enumerate(words):
        follows = words[at + 1].text if at + 1 < len(words) and not word.pause else ""
        before = group_of(words[at - 1].text) if at and not words[at - 1].pause else "start"
        after = group_of(follows) if follows else f"pause {word.pause}"
        said = ways(word.text, before_vowel=bool(follows) and _begins_with_vowel(follows))
        found.append(tuple(Choice(way, _features(word.text, way.stresses, before, after)) for way in said))
    return tuple(found)


def group_of(word: str) -> str:
    """The part of speech of a small word; `content` for every other."""
    return _GROUP_OF.get(word, "content")


@lru_cache(maxsize=32768)
def ways(word: str, *, before_vowel: bool) -> tuple[Way, ...]:
    """The ways to say a word, `before_vowel` where the next word begins with one; those with fewer elisions first."""
    if word in {"th", "t'"}:
        return (Way("", (), ()),)
    found: dict[str, Way] = {}
    bases = [(said.phones, said.stresses or "1") for said in pronunciations(word)]
    for number, (_, stresses) in enumerate(bases):
        found.setdefault(stresses, Way(stresses, ("other",) if number else ()))
    for phones, stresses in bases:
        others = found[stresses].elisions
        spots = list(_contractions(phones, stresses, before_vowel=before_vowel))
        for count in (1, 2):
            for chosen in combinations(spots, count):
                swallowed = tuple(sorted({at for at, _ in chosen}))
                shorter = "".join(digit for at, digit in enumerate(stresses) if at not in swallowed)
                if shorter and len(swallowed) == count:
                    elisions = (*others, *(name for _, name in chosen))
                    found.setdefault(shorter, Way(shorter, elisions, swallowed))
        for longer, name in _expansions(word, phones, stresses):
            found.setdefault(longer, Way(longer, (*others, name)))
    if before_vowel and word in {"the", "to"}:
        found[""] = Way("", (f"{word} swallowed",), (0,))
    return tuple(sorted(found.values(), key=lambda way: len(way.elisions)))[:_MOST_WAYS]


def _contractions(phones: Phones, stresses: str, *, before_vowel: bool) -> Iterator[tuple[int, str]]:
    """Syllables that a poet may swallow, by their number, each with the name of the elision."""
    vowels = [at for at, phone in enumerate(phones) if phone[-1].isdigit()]
    last = len(vowels) - 1
    for number, at in enumerate(vowels):
        if number < last and vowels[number + 1] == at + 1 and stresses[number + 1] == "0":
            yield number + 1, "hiatus" if stresses[number] != "0" else "glide"  # being, glorious
        elif stresses[number] == "0" and 0 < number < last and stresses[number + 1] == "0":
            liquid = phones[at + 1] in {"R", "L", "N", "M"} and phones[at][:2] in {"AH", "IH"}
            if phones[at].startswith("ER") or liquid:
                yield number, "syncope"  # wandering, heavenly
        elif stresses[number] == "0" and number == last > 0 and phones[at:] in _SYLLABIC_ENDS:
            yield number, "heav'n" if phones[at - 1] == "V" else "op'n"
    if before_vowel and last > 0 and phones[-1] in {"IY0", "OW0"}:
        yield last, "synaloepha"  # many a


def _expansions(word: str, phones: Phones, stresses: str) -> Iterator[tuple[str, str]]:
    """Longer ways to say a word: a sounded -ed, fire in two syllables, -ion in two."""
    if len(phones) > 2 and word.endswith("ed") and phones[-1] in {"D", "T"} and not phones[-2].endswith("0"):
        yield stresses + "0", "sounded -ed"
    beats = -1
    for at, phone in enumerate(phones):
        if phone[-1].isdigit():
            beats += 1
            closed = phones[at + 1 : at + 2] == ("R",) and phones[at + 2 : at + 3][-1:] != ("ER0",)
            if phone[:2] in {"AY", "AW"} and closed and (at + 2 == len(phones) or not phones[at + 2][-1].isdigit()):
                yield f"{stresses[: beats + 1]}0{stresses[beats + 1 :]}", "fi-er"
    if _SYLLABIC_ION.search(word):
        yield stresses + "0", "sounded -ion"


@lru_cache(maxsize=16384)
def _begins_with_vowel(word: str) -> bool:
    silent = word.startswith("h") and group_of(word) != "content"
    return silent or pronunciations(word)[0].phones[0][-1].isdigit()


@lru_cache(maxsize=65536)
def _features(word: str, stresses: str, before: str, after: str) -> tuple[tuple[str, ...], ...]:
    return (_one_syllable(word, before, after),) if len(stresses) == 1 else _syllables(word, stresses)


def _one_syllable(word: str, before: str, after: str) -> tuple[str, ...]:
    """What decides whether a word of one syllable takes a beat: itself, its part of speech, its neighbours'."""
    if len(pronunciations(word)[0].stresses) > 1:
        return ("shortened to one",)
    group = group_of(word)
    if not after.startswith("pause"):
        after = "content" if after == "content" else "small"
    return (f"one {group}", f"word {word}", f"one {group} before {after}", f"one {group} after {before}")


def _syllables(word: str, stresses: str) -> tuple[tuple[str, ...], ...]:
    """What decides whether the syllables of a longer word take beats: their stress and that beside them."""
    counted = word in _WEAK_PAIRS or group_of(word) != "content"
    found = []
    for at, digit in enumerate(stresses):
        around = (stresses[at - 1] if at else "#") + (stresses[at + 1] if at + 1 < len(stresses) else "#")
        names = [f"stress {digit}", f"stress {digit} in {around}"]
        if len(stresses) <= 4:
            names.append(f"stress {stresses} {at}")
        if counted:
            names.append(f"word {word} {at}")
        found.append(tuple(names))
    return tuple(found)
