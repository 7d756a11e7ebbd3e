"""Text as tokens: normalisation, tokens and surfaces, as the RevFlux specification 1.0 (section 1) defines them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_TYPOGRAPHIC = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011", "-"),
        **dict.fromkeys("\u2012\u2013\u2014\u2015", "\u2014"),
        "\u2026": "...",
    }
)
_HYPHENS = re.compile("-{2,}")
_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")

# Control characters and whole escape sequences of terminals (ECMA-48: CSI, OSC and the two-character ones).
_ESCAPES = re.compile("(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b(?:\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")

FUNCTION_WORDS = frozenset(
    "a about after again all am an and any are as at be because been before being but by can can't could did didn't "
    "do does doesn't don't down each for from had has have he her here hers him his how i i'd i'll i'm i've if in "
    "into is isn't it it's its just like me more most my no nor not now o of off oh on once one only or other our out "
    "over own she should so some such than that that's the their them then there there's these they they're this "
    "those through to too under until up upon us very was wasn't we we're were what when where which while who whom "
    "whose why will with without won't would you you're your".split()
)
"""Appendix A of the specification; every other token is a content token."""


def printable(text: str) -> str:
    """The text without terminal escapes, control characters and direction overrides; LF line ends, no tabs.

    Surrogate halves, which no file and no screen can take, are joined where they belong together and left out else.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    text = _LINE_ENDS.sub("\n", _ESCAPES.sub("", text)).replace("\t", "    ")
    return _CONTROLS.sub("", text)


def normalised(text: str) -> str:
    """The text with one spelling for each kind of line end, quotation mark, dash and space (steps a-i)."""
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    text = _HYPHENS.sub("\u2014", text.translate(_INVISIBLE).translate(_TYPOGRAPHIC))
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


@lru_cache(maxsize=4096)
def tokens(line: str) -> tuple[str, ...]:
    """The words of a line, case-folded: `salt-white` and `o'er` are one each, punctuation is none."""
    return tuple(token.casefold() for token in _TOKEN.findall(normalised(line)))


def surface(line: str) -> str:
    """What two lines must share to count as the same: the normalised text, with its case and punctuation."""
    return normalised(line)


def is_content(token: str) -> bool:
    """Whether a token carries meaning of its own."""
    return token not in FUNCTION_WORDS
