"""A terminal studio in which two local language models work on a poem as a workshop does.

A poem goes round between a Poet and an Educator; everything that happens is an event; every front end is a reader of
those events. Rooms, from the bottom up: `verse`, `prosody`, `llm`, `workshop`, `library`, `tui`, `cli`.
"""

__version__ = "0.1.0"
