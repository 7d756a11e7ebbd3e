"""Talk around a poem, as models put it there: greetings, titles, labels, remarks, refusals.

Verse may begin like talk ("Here is the place where …", "I hope you come home"). So a line is talk only if it also names
what it is about (a poem, a draft, a change) or stands as no line of verse would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from poetry_tui.verse.words import FUNCTION_WORDS

WIDE = 100
"""Characters; a line of verse is rarely as long, a paragraph mostly is."""

_WORK = (
    r"(?:poem|poetry|verse|sonnet|haiku|tanka|limerick|villanelle|triolet|ballad|ode|elegy|couplet|quatrain|stanza|"
    r"draft|version|revision|rewrite|rendition|attempt|response|request|piece)s?"
)
_COUNT = r"(?:\d+|[ivx]+|one|two|three|four|five|six)"
_MORE = (
    r"(?:final|first|second|third|new|whole|complete|full|revised|rewritten|updated|improved|polished|finished|my|your)"
)
_EDGE = r"[\W_]*"


def _starts(pattern: str) -> re.Pattern[str]:
    return re.compile(f"^{_EDGE}(?:{pattern})", re.IGNORECASE)


_ABOUT = re.compile(rf"\b{_WORK}\b", re.IGNORECASE)
_CRAFT = re.compile(
    rf"\b(?:{_WORK}|lines?|words?|rhymes?|met(?:er|re)|rhythm|syllables?|image(?:ry)?|tone|changes|theme)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^\s*#{1,6}\s+\S")
_LABEL = _starts(
    rf"(?:(?:the\s+)?(?:{_MORE}\s+)*(?:{_WORK}|tercet|chorus|refrain|bridge|title|octave|sestet|volta)"
    rf"(?:\s+{_COUNT})?(?:\s*\([^)]*\))?){_EDGE}$"
)
_COUNTING = re.compile(r"[\W\d_]*\d[\W\d_]*$")
_END = re.compile(r"[\[(*_]+(?:the\s+)?end\b[^)\]]*[\])*_.]+$", re.IGNORECASE)
_VERSION = _starts(
    rf"(?:the\s+|my\s+|your\s+)?(?:(?:final|second|third|new|revised|rewritten|updated|improved|polished)\s+{_WORK}"
    rf"|(?:draft|version|revision|rewrite)(?:\s+{_COUNT})?){_EDGE}$"
)
_FIELD = _starts(
    r"(?:title|request|prompt|subject|theme|topic|form|style|tone|angle|brief|imagery|meter|metre|rhyme scheme|"
    r"asked for|poet|author|assistant|user)[*_]*:"
)
_ASKING = _starts(rf"(?:please\s+)?(?:write|compose|create|revise|rewrite)\b[^\n]*\b{_WORK}\b")
_SECTION = re.compile(r"(?:[ivxlc]+|\d+)\W*$", re.IGNORECASE)
_BYLINE = re.compile(r"^[\W_]*by [A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}[\W_]*$")

_YES = (
    r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|yes|gladly|great|thank you|thanks|understood|alright|"
    r"got it)"
)
_HERE = r"here (?:you (?:go|are)|it (?:is|goes))"
_GREETING = _starts(
    rf"(?:(?:sure(?: thing)?|certainly|absolutely|gladly|understood)[!.,:]|(?:{_YES}[!.,:\s]+)?{_HERE}){_EDGE}$"
)
_OBLIGING = _starts(rf"{_YES}\s*[!.,:]")
_PRESENTING = _starts(
    rf"(?:{_YES}\s*[!.,:]\s*)?(?:"
    rf"here(?:['’]s| is| are| goes)|{_HERE}|below (?:is|are)|th(?:is|ese) (?:is|are)|(?:the )?following|let me"
    r"|as (?:you )?requested|based on|in response"
    r"|i(?:['’]ve| have)? (?:wrote|written|revised|rewrote|rewritten|tried|made|composed|created)"
    r"|i(?:['’]ll|['’]d|['’]m| will| would| am)(?: be)?(?: (?:happy|glad|delighted|love))?(?: to)? "
    r"(?:write|revise|try|create|compose|help|craft|share))\b"
)
_PRESENTED = _starts(
    rf"(?:here(?:['’]s| is)|below is)\s+(?:a|an|the|my|your|one)\s+(?:[\w-]+\s+){{0,3}}?{_WORK}\b[^\n]*[.:!]\s*$"
)
_HANDING = re.compile(rf"\b(?:here(?:['’]s| is| are)|below is)\b[^\n]*\b{_WORK}\b[^\n]*:\s*$", re.IGNORECASE)

_NOTE = _starts(
    r"(?:notes?|explanation|analysis|commentary|critique|feedback|(?:key |main )?changes(?: made)?|revision notes?|"
    r"edits?|summary|reflection|interpretation|p\.?s\.?|word count|line count|rhyme scheme|what (?:i )?changed|alive|"
    r"fails|directions|measured)(?:[*_ ]*:|[*_#]*\s*$)"
)
_DOES = (
    r"(?:is about|now|captures?|explores?|follows?|uses?|describes?|reflects?|conveys?|keeps?|maintains?|tells?|"
    r"expresses|celebrates?|speaks? (?:of|to)|aims?|attempts?)\b"
)
_REMARK = _starts(
    rf"(?:in )?this (?:\w+ )?{_WORK},? (?:{_DOES}|has \d|i\b)"
    rf"|the (?:\w+ )?{_WORK} (?:above\b|{_DOES})"
    r"|i hope (?:this|that|it|the)\b[^\n]*\b(?:captures?|meets?|helps?|works|likes?|liked|enjoy|expectations|requests?|"
    r"needs|poem|revision|version|draft)"
    r"|(?:i )?hope you (?:(?:will |['’]ll )?(?:like|enjoy)|find (?:this|it))"
    r"|(?:please )?let me know (?:if|what|how|whether) (?:you|i|this|there|it)|(?:please )?feel free to"
    r"|would you like (?:me|any|another)"
    r"|if you(?:['’]d| would)? (?:like|want|need|have) (?:me|any|another|further|more)"
    r"|(?:the )?end of (?:the )?(?:poem|draft)"
)
_MY_WORK = _starts(
    r"i(?:['’]ve| have)? (?:also )?(?:tried|kept|changed|made|aimed|used|replaced|added|removed|revised|attempted|"
    r"focused|chose|chosen|wrote|written|adjusted|tightened)\b"
)
_BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)]|lines? \d+(?:-\d+)?:)\s", re.IGNORECASE)
_REFUSAL = _starts(
    r"i(?:['’]m| am) (?:sorry|afraid|unable|not able)|i apologi[sz]e|sorry,|i can(?:['’]t|not| not)|as an ai\b|"
    r"unfortunately,"
)
_TASK = re.compile(
    r"\b(?:help|assist|write|writing|generate|create|provide|fulfil|fulfill|comply|continue|request|content|ai|poem|"
    r"language model)\b",
    re.IGNORECASE,
)


def is_preface(line: str, *, alone: bool) -> bool:
    """A heading, a label, a greeting, or a sentence that hands a poem over. `alone`: it is a paragraph of its own."""
    if _GREETING.match(line) or _PRESENTED.match(line) or is_label(line):
        return True
    plain = line.strip().rstrip("*_ ")
    if _HANDING.search(plain[-4 * WIDE :]):
        return True
    if alone and (_LABEL.match(line) or _FIELD.match(line) or _ASKING.match(line)):
        return True
    if not ((_PRESENTING.match(plain) or _OBLIGING.match(plain)) and _ABOUT.search(plain)):
        return False
    return plain.endswith(":") or (plain[-1] in ".!" and (alone or bool(_OBLIGING.match(plain))))


def is_label(line: str) -> bool:
    """A heading, a lone number, "(The end)", or a set-off name of a part: "Stanza 2:", "(Chorus)", "Title: …"."""
    text = line.strip()
    if _HEADING.match(line) or _COUNTING.match(text) or _END.match(text):
        return True
    set_off = text[:1] in "[(#*_" or text.rstrip("*_ ")[-1:] in (":", "]", ")")
    return bool(set_off and _LABEL.match(text)) or bool(re.match(r"[\W_]*title[\W_]*:", text, re.IGNORECASE))


def is_version(line: str) -> bool:
    """What stands above a later version of the poem: "Revised poem:", "**Draft 2**", "Here is the new version:"."""
    if is_label(line):
        return bool(_VERSION.match(line))
    return line.rstrip("*_ ").endswith(":") and is_preface(line, alone=False)


def is_title(paragraph: Sequence[str], *, below: bool) -> bool:
    """A first line set off as a title: in bold, brackets or quotes, or short, capitalised and without a full stop.

    `below`: stanzas of more than one line follow. A byline may stand under the title.
    """
    if len(paragraph) > 1 and not (len(paragraph) == 2 and _BYLINE.match(paragraph[1])):
        return False
    line = paragraph[0].strip()
    words = line.strip("\"'“”‘’*_[]()").split()
    if not below or not words or len(words) > 10 or line.strip('*_"”').endswith((",", ";", ":", "—", "-")):
        return False
    if is_bold(line) or (line[0] in '[("“*_' and line[-1] in '])"”*_'):
        return True
    if all(map(_SECTION.match, words)):
        return False
    titled = all(word[0].isupper() or not word[0].isalpha() or word.casefold() in FUNCTION_WORDS for word in words)
    return titled and words[0][0].isupper() and line[-1] not in ".,!?…"


def is_bold(line: str) -> bool:
    """Whether a whole line is in bold."""
    text = line.strip()
    return len(text) > 4 and text[:2] == text[-2:] and text[:2] in ("**", "__") and text[2:-2].strip("*_ ") != ""


def is_remark(paragraph: Sequence[str]) -> bool:
    """Begins like a remark, is about the poem, and is no stanza: one line, a wide line, or a list."""
    first, *rest = paragraph
    wide = any(len(line) > WIDE for line in paragraph)
    listed = bool(rest) and all(_BULLET.match(line) or len(line) > WIDE for line in rest)
    if rest and not (wide or listed):
        return bool(_NOTE.match(first)) and any(_BULLET.match(line) for line in rest)
    if _NOTE.match(first):
        bare = first.strip().rstrip("*_#: ")
        return listed or wide or len(bare.split()) <= 3 or len(first) > 60 or bool(_CRAFT.search(bare))
    return bool(_REMARK.match(first)) or bool(_MY_WORK.match(first) and _CRAFT.search(first))


def is_list(paragraph: Sequence[str]) -> bool:
    """Whether every line is an item of a list."""
    return all(_BULLET.match(line) for line in paragraph)


def is_refusal(paragraph: Sequence[str]) -> bool:
    """Whether a paragraph says that no poem will be written."""
    first = paragraph[0]
    if not _REFUSAL.match(first) or not (len(paragraph) == 1 or len(first) > WIDE):
        return False
    return bool(_TASK.search(first)) or len(first) > WIDE
