"""`poetry-tui analyze rhyme|meter|form` and `poetry-tui forms`: what prosody hears, for people and for programs.

A poem is read from a file, or from standard input (`-`). With `--json` the findings are printed as they are, with
stable names; else a scansion and plain sentences, coloured in a terminal.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from poetry_tui.errors import BadRequest

if TYPE_CHECKING:
    from rich.console import Console

    from poetry_tui.prosody.form_registry import Form
    from poetry_tui.prosody.meter_analyzer import LineMeter, PoemMeter
    from poetry_tui.prosody.rhyme_analyzer import RhymeReport
    from poetry_tui.verse import Poem

analyze_app = typer.Typer(help="Hear a poem: its rhymes, its meter, its form.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(metavar="FILE|-", help="A text file, or - for standard input.")]
AsForm = Annotated[str | None, typer.Option("--form", help="Hold the poem against this form: sonnet, haiku …")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]
_COLORS = ("red", "green", "blue", "magenta", "cyan", "yellow", "bright_red", "bright_green", "bright_blue")


@analyze_app.command("rhyme")
def analyze_rhyme(
    source: Source,
    form: AsForm = None,
    strict: Annotated[bool, typer.Option("--strict", help="Only full rhymes that the dictionary verifies.")] = False,
    internal: Annotated[bool, typer.Option("--internal", help="Look for rhymes within lines, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Which lines rhyme, and how."""
    from poetry_tui.prosody import rhyme_analyzer
    from poetry_tui.prosody.form_check import scheme_of
    from poetry_tui.prosody.rhyme_scheme import end_word

    poem, wanted = _poem(source), _form(form)
    expected = scheme_of(wanted, [end_word(line.text) for line in poem.lines])[0] if wanted else ""
    found = rhyme_analyzer.analyze_rhyme(poem, expected, strict=strict, internal=internal)
    if as_json:
        _print_json(found)
    else:
        _show_rhyme(poem, found)


@analyze_app.command("meter")
def analyze_meter(source: Source, form: AsForm = None, as_json: AsJson = False) -> None:
    """How the lines move: beats, feet, substitutions, stress."""
    from poetry_tui.prosody import meter_analyzer

    poem, wanted = _poem(source), _form(form)
    found = meter_analyzer.analyze_meter(poem, wanted.meters or None if wanted else None)
    if as_json:
        _print_json(_meter_data(found))
    else:
        _show_meter(found)


@analyze_app.command("form")
def analyze_form(source: Source, form: AsForm = None, as_json: AsJson = False) -> None:
    """Which form the poem has, or whether it keeps the form that is named."""
    from poetry_tui.prosody.identify import identify
    from poetry_tui.prosody.report import report

    poem, wanted = _poem(source), _form(form)
    found = () if wanted else identify(poem)
    held = wanted or (found[0].form if found and not found[0].irregular else None)
    measured = report(poem, held)
    if as_json:
        forms = [{"form": one.form.name, "fit": one.fit, "irregular": one.irregular} for one in found]
        _print_json({"holds": measured.holds, "identified": forms, "report": measured})
        return
    out = _console()
    if not poem.lines:
        out.print("There is no verse here: no line holds a word.")
        return
    for one in found:
        kept = "in outline, with a rhyme scheme of its own" if one.irregular else f"kept to {one.fit:.0%}"
        out.print(f"{one.form.name} ({kept})", style="bold")
    if not found and not wanted:
        out.print("No form that I know.", style="bold")
    for row in measured.block().split("\n"):
        out.print(row, style="green" if row.startswith("kept:") else "red" if row.startswith("broken:") else "")


def list_forms(
    name: Annotated[str | None, typer.Argument(help="A form, to see all it asks for.")] = None, as_json: AsJson = False
) -> None:
    """List the forms that can be asked for and checked."""
    from poetry_tui.prosody.form_registry import form_named, forms

    chosen = [form_named(name)] if name else list(forms().values())
    if as_json:
        _print_json([one.model_dump(mode="json", exclude_defaults=True) | {"contract": one.contract} for one in chosen])
        return
    out = _console()
    width = max(len(one.name) for one in chosen)
    for one in chosen:
        out.print(f"{one.name:<{width}}", style="bold", end="  ")
        out.print(one.about)
        if name:
            _show_form(one, out)


def _show_form(form: Form, out: Console) -> None:
    for part in form.contract.split("; ")[1:]:
        out.print(f"  {part}")
    if form.aliases:
        out.print(f"  also called: {', '.join(form.aliases)}", style="dim")


def _show_rhyme(poem: Poem, found: RhymeReport) -> None:
    from poetry_tui.prosody.suggestions import words_that_rhyme

    out = _console()
    partners = {pair.line: pair for pair in found.pairs}
    wrong = {fault.line: fault for fault in found.deviations}
    for number, (line, letter) in enumerate(zip(poem.lines, found.letters, strict=True), 1):
        pair, fault = partners.get(number), wrong.get(number)
        color = _COLORS[(ord(letter[0]) - ord("A")) % len(_COLORS)] if letter else "dim"
        out.print(f"{number:>3} ", style="dim", end="")
        out.print(f"{letter or '·':<3}", style=color, end="")
        out.print(line.text, end="")
        if pair and (pair.kind != "perfect" or pair.slant):
            out.print(f"  ({pair.slant or pair.kind} with {pair.partner_word})", style="dim", end="")
        if fault:
            tries = ", ".join(words_that_rhyme(fault.partner_word, replaces=fault.word))
            said = f"  ✗ should rhyme with line {fault.partner} '{fault.partner_word}'" + (
                f": {tries}" if tries else ""
            )
            out.print(said, style="red", end="")
        out.print()
    for one in found.internal:
        out.print(f"line {one.line}: '{one.word}' rhymes with '{one.end}' at its end")
    if not found.letters:
        out.print("There is no verse here: no line holds a word.")
        return
    out.print(
        f"rhyme scheme {found.scheme or 'none'}; {found.dense:.0%} of the lines rhyme, {found.dense_strict:.0%} fully"
    )
    if found.unheard:
        out.print(f"guessed from their spelling: {', '.join(found.unheard)}", style="dim")


def _show_meter(found: PoemMeter) -> None:
    from poetry_tui.prosody.meter_analyzer import marks_over

    out = _console()
    for number, line in enumerate(found.lines, 1):
        out.print(f"    {marks_over(line)}", style="cyan")
        out.print(f"{number:>3} ", style="dim", end="")
        out.print(line.text, end="  ")
        out.print(line.division.barred, style="dim", end="")
        remarks = [f"{name} in foot {foot}" for foot, name in line.division.substitutions] + list(line.elisions)
        if remarks:
            out.print(f"  {'; '.join(remarks)}", style="dim", end="")
        if line.fault:
            out.print(f"  ✗ {line.fault}", style="red", end="")
        out.print()
    if not found.lines:
        out.print("There is no verse here: no line holds a word.")
    elif found.meters:
        out.print(f"{found.name}; {found.consistency:.0%} of the lines keep it")
    else:
        out.print("no one meter")


def _meter_data(found: PoemMeter) -> dict[str, Any]:
    return {
        "meter": found.name,
        "foot": found.foot,
        "feet": found.measure,
        "consistency": round(found.consistency, 3),
        "lines": [_line_data(number, line) for number, line in enumerate(found.lines, 1)],
    }


def _line_data(number: int, line: LineMeter) -> dict[str, Any]:
    return {
        "line": number,
        "text": line.text,
        "metrical": line.metrical,
        "performed": line.performed,
        "feet": line.division.barred,
        "substitutions": [{"foot": foot, "name": name} for foot, name in line.division.substitutions],
        "elisions": list(line.elisions),
        "fault": line.fault,
    }


def _poem(source: str) -> Poem:
    """The poem in a file or on standard input; raises `BadRequest` where it cannot be read."""
    from poetry_tui.verse import Poem

    if source == "-":
        return Poem.parse(sys.stdin.buffer.read().decode("utf-8", "replace"))
    try:
        return Poem.parse(Path(source).read_bytes().decode("utf-8", "replace"))
    except OSError as error:
        raise BadRequest(
            f"{source} cannot be read: {error.strerror}. Name a text file, or - for standard input."
        ) from error
    except ValueError as error:
        raise BadRequest(f"{source!r} is no file name. Name a text file, or - for standard input.") from error


def _form(name: str | None) -> Form | None:
    from poetry_tui.prosody.form_registry import form_named

    return form_named(name) if name else None


def _console() -> Console:
    from poetry_tui.printing import console

    return console()


def _print_json(found: object) -> None:
    import json
    from dataclasses import asdict, is_dataclass

    def plain(value: object) -> object:
        if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
        raise TypeError(f"{value!r} is not JSON")

    typer.echo(json.dumps(found, indent=2, ensure_ascii=False, default=plain))
