"""Text as verse: what a poem is, how one is found in a model's reply, and how two drafts compare.

The room imports nothing of ours. It offers `Poem` (stanzas of numbered lines), `extract` (reply to poem), `align` and
`flux` (which lines became which, and how much changed), `rows` and `word_diff` (two drafts laid side by side), and
`changes`, `refuse` and `restore_locked` (what a person takes, refuses or locks).
"""

from poetry_tui.verse.align import Group, align, flux
from poetry_tui.verse.changes import Change, changes, refuse, restore_locked
from poetry_tui.verse.diff import Cell, Row, Segment, rows, word_diff
from poetry_tui.verse.extract import Extraction, extract
from poetry_tui.verse.poem import Line, Poem, Stanza
from poetry_tui.verse.words import printable, surface, tokens

__all__ = [
    "Cell",
    "Change",
    "Extraction",
    "Group",
    "Line",
    "Poem",
    "Row",
    "Segment",
    "Stanza",
    "align",
    "changes",
    "extract",
    "flux",
    "printable",
    "refuse",
    "restore_locked",
    "rows",
    "surface",
    "tokens",
    "word_diff",
]
