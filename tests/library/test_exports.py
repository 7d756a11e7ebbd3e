"""A session in each format: complete, readable, and whatever was written in it harmless."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from poetry_tui.errors import BadRequest, LibraryError
from poetry_tui.library import export, file_name, format_of, write_export
from poetry_tui.library.codec import merged
from poetry_tui.verse import Poem
from poetry_tui.workshop import fold
from poetry_tui.workshop.events import CritiqueWritten, DirectionGiven, Failed, SessionClosed
from tests.library.sessions import CRITIQUE, FIRST, OPENED, SECOND, draft, opened, whole_session

HOSTILE = """# not a heading, <script>alert(1)</script>
*stars* and _underlines_ and **both** ~~gone~~ $x$ `code`
  - no list, but two spaces in
1. no list either | nor a table
==== 5
> no quote & &amp; no entity
    four spaces, [no link](http://example.org) ![no picture](x)
</span></p></svg>]]> 'quotes' "too"
שלום עולם 1
👩‍👩‍👧 a family, 🌙 a moon
two  spaces   inside \\ and a backslash"""


def hostile_session():
    return whole_session(opened(request=f"{HOSTILE}\x1b[31m\x00"), first=HOSTILE, second=HOSTILE + "\nand the end")


class Page(HTMLParser):
    """Reads a page, and minds that every tag is closed where it should be."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.found: list[str] = []
        self.lines: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if (dict(attrs).get("class") or "").split()[:1] == ["line"]:
            self.lines.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.found.append(data)
        if "span" in self.open and "header" not in self.open:
            self.lines[-1] += data


def markdown_lines(text: str) -> list[str]:
    """What a reader of the rendered Markdown sees, line by line."""
    html = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    html = re.sub(r"<br ?/?>\n?", "\n", html)

    class Text(HTMLParser):
        text = ""

        def handle_data(self, data):
            self.text += data

    page = Text()
    page.feed(html)
    return [line.replace("\xa0", " ").rstrip() for line in page.text.splitlines()]


@pytest.mark.parametrize("journal", [whole_session(), hostile_session()], ids=["plain", "hostile"])
class TestAnySession:
    def test_text_is_the_last_draft(self, journal):
        assert export(journal, "text") == fold(journal).poem.text + "\n"

    def test_markdown_shows_each_verse_line_as_it_is(self, journal):
        session = fold(journal)
        shown = markdown_lines(export(journal, "markdown"))
        for written in session.drafts:
            lines = [line.text for line in written.poem.lines]
            assert any([line for line in shown[at:] if line][: len(lines)] == lines for at in range(len(shown))), (
                written.poem.text
            )

    def test_markdown_begins_with_the_poem_and_tells_all(self, journal):
        shown = "\n".join(markdown_lines(export(journal, "markdown")))
        places = [shown.index(text) for text in ("How it was made", "Draft 1", "The Educator on draft 1", "Draft 2")]
        assert places == sorted(places)
        assert shown.index(fold(journal).poem.lines[-1].text) < places[0]
        for told in (*CRITIQUE.splitlines(), "Let the kettle speak", "Leave it now.", "ollama:poet", "7"):
            assert told in shown

    def test_html_is_well_formed_needs_nothing_and_runs_nothing(self, journal):
        page = Page(export(journal, "html"))
        assert not {"script", "link", "img", "iframe", "svg", "object"} & set(page.tags)
        text = "".join(page.found)
        for told in (
            *CRITIQUE.splitlines(),
            "Let the kettle speak",
            "Leave it now.",
            "ollama:poet",
            "All rounds were done.",
        ):
            assert told in text

    def test_html_shows_the_poem_first_and_each_draft_whole(self, journal):
        session = fold(journal)
        lines = Page(export(journal, "html")).lines
        poem = [line.text for line in session.poem.lines]
        assert lines[: len(poem)] == poem
        assert len(lines) == len(poem) + sum(len(written.poem.lines) for written in session.drafts)

    def test_svg_is_a_picture_of_the_poem(self, journal):
        root = ET.fromstring(export(journal, "svg"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        shown = [" ".join((element.text or "").split()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
        for line in fold(journal).poem.lines:
            assert " ".join(line.text.split()) in shown
        assert "9 May 2026" in shown

    def test_json_is_complete(self, journal, library):
        text = export(journal, "json")
        assert json.loads(text)["summary"]["poem"] == fold(journal).poem.text.splitlines()
        session_id = library.import_json(text)
        assert fold(library.events(session_id)) == fold(journal)
        assert export(library.events(session_id), "json") == export(merged(journal), "json")
        assert library.summaries("kettle")[0].id == session_id
        assert library.import_json(text) != session_id


def test_html_marks_the_words_that_went_and_those_that_came():
    page = export(whole_session(), "html")
    assert re.search(r"<del>golden</del>|<del>golden day</del>", page)
    assert "<ins>afternoon</ins>" in page
    assert re.search(r"<del>[^<]*pin[^<]*</del>", page)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, by WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_colour_of_text_can_be_read_in_both_themes(theme):
    colours = re.findall(r"--(\w+): (#\w{6});", export(whole_session(), "html"))
    named = dict(colours[theme * len(colours) // 2 :][: len(colours) // 2])
    for ink in ("ink", "quiet", "gold", "verdigris", "green", "red"):
        for ground in ("paper", "surface"):
            dark, light = sorted((luminance(named[ink]), luminance(named[ground])))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_indentation_is_kept():
    last = "    the shadow of the bottle on the wall."
    assert last in markdown_lines(export(whole_session(), "markdown"))
    assert last in export(whole_session(), "html")
    root = ET.fromstring(export(whole_session(), "svg"))
    first, *_, shadow = [element for element in root.iter() if (element.text or "").endswith(("fall,", "wall."))]
    assert float(shadow.get("x")) > float(first.get("x"))


def test_the_picture_is_as_large_as_the_poem():
    def size(text):
        root = ET.fromstring(export([OPENED, *draft(1, text)], "svg"))
        return float(root.get("width")), float(root.get("height"))

    couplet, ballad, long_line, no_space = (
        size(text) for text in ("one\ntwo", "one line\n" * 40, "word " * 2000, "x" * 10_000)
    )
    assert ballad[1] > couplet[1]
    assert long_line[1] > couplet[1]
    assert no_space[0] < 1200
    assert long_line[0] < 1200


def test_right_to_left_lines_stand_on_the_right():
    root = ET.fromstring(export([OPENED, *draft(1, "שלום עולם\nhello")], "svg"))
    directions = [element.get("direction") for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert directions[:2] == ["rtl", None]


@pytest.mark.parametrize("export_format", ["text", "svg"])
def test_a_session_without_a_draft_has_no_poem_to_show(export_format):
    with pytest.raises(BadRequest, match="no poem"):
        export([OPENED], export_format)


@pytest.mark.parametrize("export_format", ["markdown", "html"])
def test_a_session_without_a_draft_is_told_all_the_same(export_format):
    told = export([OPENED, Failed(message="Ollama is not running.", error="EngineNotReachable")], export_format)
    assert OPENED.settings.request in told
    assert "Ollama is not running." in told


def test_every_draft_and_critique_is_told_even_where_the_round_was_not_closed():
    journal = [
        OPENED,
        *draft(1, FIRST),
        CritiqueWritten(round=1, draft=1, text="On the first."),
        *draft(2, SECOND, by="person"),
        *draft(3, FIRST),
        CritiqueWritten(round=2, draft=3, text="On the third."),
        DirectionGiven(text="Enough"),
        SessionClosed(reason="accepted"),
    ]
    for export_format in ("markdown", "html"):
        told = export(journal, export_format)
        for piece in ("Draft 1", "Draft 2, by hand", "Draft 3", "On the first", "On the third", "Enough", "Accepted"):
            assert piece in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "does not say"),
        ('{"format": "recipe", "events": []}', "does not say"),
        ('{"format": "poetry-tui session", "version": 2, "events": []}', "version 2"),
        ('{"format": "poetry-tui session", "version": 1, "events": []}', "do not make a session"),
        ('{"format": "poetry-tui session", "version": 1, "events": [{"type": "sung"}]}', "Event 1 of the file"),
    ],
)
def test_a_file_that_is_no_session_is_refused(library, text, message):
    with pytest.raises(LibraryError, match=message):
        library.import_json(text)
    assert library.count() == 0


def test_events_that_do_not_fit_together_are_refused(library):
    journal = json.loads(export(whole_session(), "json"))
    first, *rest = journal["events"]
    measured = next(event for event in rest if event["type"] == "form_measured")
    for events in (rest, [first, first, *rest], [first, measured]):
        broken = json.dumps({**journal, "events": events})
        with pytest.raises(LibraryError, match="do not make a session"):
            library.import_json(broken)
    time_gone = {**first, "at": "yesterday"}
    with pytest.raises(LibraryError, match="yesterday"):
        library.import_json(json.dumps({**journal, "events": [time_gone]}))
    assert library.count() == 0


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        ("Winter light in a kitchen", "winter-light-in-a-kitchen.md"),
        ("  ../../etc/passwd\0 ", "etc-passwd.md"),
        ("Über den Dächern: ein Café?", "über-den-dächern-ein-café.md"),
        ("🌙", "poem.md"),
        ("word " * 50, "word-word-word-word-word-word-word-word-word.md"),
        ("x" * 300, "x" * 48 + ".md"),
    ],
)
def test_a_file_is_named_after_the_request(request_, name):
    assert file_name(request_, "markdown") == name


def test_the_ending_chooses_the_format(tmp_path):
    assert [format_of(tmp_path / f"a{end}") for end in (".md", ".TXT", ".json", ".html", ".svg")] == [
        "markdown",
        "text",
        "json",
        "html",
        "svg",
    ]
    with pytest.raises(BadRequest, match=r"\.docx.*\.md"):
        format_of(tmp_path / "poem.docx")


class TestWriting:
    def test_a_file_is_written_with_its_folder(self, tmp_path):
        path = tmp_path / "new" / "poem.txt"
        write_export(path, "naïve\n")
        assert path.read_bytes() == "naïve\n".encode()
        assert [entry.name for entry in path.parent.iterdir()] == ["poem.txt"]

    def test_a_file_that_is_there_is_left_alone_unless_it_is_to_be_replaced(self, tmp_path):
        path = tmp_path / "poem.txt"
        path.write_text("precious")
        with pytest.raises(LibraryError, match="there already"):
            write_export(path, "new")
        assert path.read_text() == "precious"
        write_export(path, "new", replace=True)
        assert path.read_text() == "new"
        assert [entry.name for entry in tmp_path.iterdir()] == ["poem.txt"]

    def test_what_cannot_be_written_is_named(self, tmp_path):
        (tmp_path / "file").touch()
        (tmp_path / "folder").mkdir()
        for path in (tmp_path / "file" / "poem.txt", tmp_path / "folder"):
            with pytest.raises(LibraryError, match=re.escape(str(path))):
                write_export(path, "text", replace=True)
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]

    def test_a_name_that_is_too_long_is_named(self, tmp_path):
        with pytest.raises(LibraryError, match="cannot be written"):
            write_export(tmp_path / ("x" * 300 + ".txt"), "text")


def test_a_poem_in_an_export_is_the_poem_again():
    assert Poem.parse(export(whole_session(), "text")) == Poem.parse(SECOND)
