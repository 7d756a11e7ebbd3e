"""How drafts are laid out: two pages stay level, whatever the lines do."""

from __future__ import annotations

import pytest
from rich.console import Console

from poetry_tui.prosody.form_registry import form_named
from poetry_tui.prosody.report import report
from poetry_tui.tui.inks import _mixed
from poetry_tui.tui.themes import INK
from poetry_tui.tui.widgets.growing import LONGEST, growing, growing_alone, growing_beside
from poetry_tui.tui.widgets.verse_layout import GUTTER, Look, alone, facing
from poetry_tui.verse import Poem
from poetry_tui.workshop import Draft
from tests.tui.studios import DRAFT, REVISED

CONSOLE = Console()
INKS = _mixed(INK, "#e4dccb", "#171613")


def draft(text: str, number: int = 1, **known) -> Draft:
    poem = Poem.parse(text)
    return Draft(number, 0, poem, report=report(poem, form_named("sonnet")), **known)


def look(width: int = 60, **wanted) -> Look:
    return Look(INKS, width, **wanted)


def words(lines) -> list[str]:
    return [line.text.plain.rstrip() for line in lines]


def test_two_drafts_are_level_where_lines_wrap():
    one, other = draft(DRAFT), draft(REVISED, 2)
    left, right = facing(one, other, (look(60), look(34)), CONSOLE)
    assert len(left) == len(right)
    for number in range(1, 15):
        first = [next(y for y, line in enumerate(page) if line.verse_line == number) for page in (left, right)]
        assert first[0] == first[1], f"line {number}"


def test_a_line_that_wraps_hangs_under_its_text():
    first, second = words(alone(draft("a line that is a good deal longer than its page"), look(36), CONSOLE))[1:]
    assert first[GUTTER:].startswith("a line")
    assert second.startswith(" " * (GUTTER + 2))
    assert second[GUTTER + 2] != " "


def test_the_gutter_says_number_rhyme_lock_and_change():
    one, other = draft(DRAFT), draft(REVISED, 2, locked=frozenset({2}))
    left, right = (words(page) for page in facing(one, other, (look(), look()), CONSOLE))
    assert right[1].startswith(" 1 A▎ The ferry")
    assert right[2].startswith(" 2 B◆ the gulls")
    assert right[3].startswith(" 3 A  A deckhand")
    assert left[-1].startswith("14 g  We hold"), "its rhyme fails"


def test_what_went_is_struck_and_what_came_is_underlined():
    left, right = facing(draft(DRAFT), draft(REVISED, 2), (look(), look()), CONSOLE)

    def marked(line, attribute):
        return [line.text.plain[s.start : s.end] for s in line.text.spans if getattr(s.style, attribute, None)]

    assert "".join(marked(left[-1], "strike")).startswith("love is always late")
    assert "".join(marked(right[-1], "underline")).startswith("hold our children tight")


def test_a_revision_is_compared_as_far_as_it_has_come():
    old, text = draft(DRAFT), REVISED[: REVISED.index("folds a paper")]
    (left, right), at = growing_beside(old, growing(text, old, "sonnet"), (look(), look()), CONSOLE)
    assert len(left) == len(right)
    assert words(right)[at] == " 8    and someone ▏"
    assert left[at].verse_line == 8
    assert words(right)[1].startswith(" 1 A▎ The ferry folds")
    assert not any(words(right)[at + 1 :])
    ahead = [span.style for line in left[at:] for span in line.text.spans]
    assert not any(getattr(style, "strike", None) for style in ahead), "the revision has not come to these lines yet"


def test_a_revision_and_its_draft_stay_level_at_every_character():
    old = draft(DRAFT)
    for end in range(0, len(REVISED) + 1, 3):
        verse = growing(REVISED[:end], old, "sonnet")
        (left, right), at = growing_beside(old, verse, (look(40), look(30)), CONSOLE)
        assert len(left) == len(right)
        assert words(right)[at].endswith("▏")


def test_what_is_written_ends_as_the_finished_draft_will_stand():
    old, new = draft(DRAFT), draft(REVISED, 2)
    (left, right), _ = growing_beside(old, growing(REVISED + "\n", old, "sonnet"), (look(), look()), CONSOLE)
    done = facing(old, new, (look(), look()), CONSOLE)
    assert words(left)[: len(done[0])] == words(done[0])
    assert words(right)[: len(done[1])] == words(done[1])


def test_a_locked_line_is_marked_as_soon_as_it_comes():
    old = draft(DRAFT, locked=frozenset({2}))
    (_, right), _ = growing_beside(old, growing(REVISED[:200], old, "sonnet"), (look(), look()), CONSOLE)
    assert words(right)[2].startswith(" 2 B◆")


def test_a_very_long_revision_is_not_compared_while_it_is_written():
    old = draft("\n".join(f"the {n}th wave is a wave like the last" for n in range(LONGEST + 1)))
    verse = growing("one line\nand half a", old, None)
    assert not verse.compared
    (_, right), at = growing_beside(old, verse, (look(), look()), CONSOLE)
    assert words(right)[at] == " 2    and half a▏"


def test_finished_lines_are_not_laid_out_again():
    before = growing_alone(growing(DRAFT[:200], None, None), look(), CONSOLE)
    after = growing_alone(growing(DRAFT[:210], None, None), look(), CONSOLE)
    assert all(was is now for was, now in zip(before[:-1], after, strict=False))


@pytest.mark.parametrize("text", ["", "\n", "***\n", "x" * 10_000, "[/b] שלום 🐈\n\t"])
def test_anything_can_be_written(text):
    old = draft(DRAFT)
    assert growing_alone(growing(text, None, None), look(), CONSOLE)
    (left, right), at = growing_beside(old, growing(text, old, "sonnet"), (look(), look()), CONSOLE)
    assert len(left) == len(right) > at
