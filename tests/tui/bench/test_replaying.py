"""A making that is told again comes word by word, and ends where it ended."""

from __future__ import annotations

from poetry_tui.library.codec import merged
from poetry_tui.tui.bench.replaying import word_by_word
from poetry_tui.workshop import fold
from poetry_tui.workshop.events import TokenWritten
from tests.library.sessions import CRITIQUE, whole_session


def test_what_was_written_comes_in_words_and_folds_to_the_same_session() -> None:
    journal = merged(whole_session())
    told = list(word_by_word(journal))
    words = [event.text for event in told if isinstance(event, TokenWritten) and not event.thinking]
    assert "".join(words).count(CRITIQUE) == 1
    assert all(len(word.split()) <= 1 for word in words)
    assert fold(told) == fold(journal)
