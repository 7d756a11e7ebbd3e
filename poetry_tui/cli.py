"""The `poetry-tui` command.

Rooms are imported inside the commands that need them, so that `--version` and `--help` answer at once. Every
`PoetryError` is printed as one plain message; its `exit_code` is the command's (2 bad request or settings, 3 library,
4 model), 130 is Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from poetry_tui import __version__
from poetry_tui.cli_models import models_app
from poetry_tui.cli_prosody import analyze_app, list_forms
from poetry_tui.errors import BadRequest, PoetryError

if TYPE_CHECKING:
    from poetry_tui.library import Library
    from poetry_tui.studio import Piece, Studio
    from poetry_tui.workshop import Event

Result = TypeVar("Result")

app = typer.Typer(
    name="poetry-tui",
    help="Two local language models work on a poem as a workshop does. Without a command, the app opens.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    add_completion=False,
)
sessions_app = typer.Typer(help="The sessions you have kept.", no_args_is_help=True)
app.add_typer(sessions_app, name="sessions")
app.add_typer(models_app, name="models")
app.add_typer(analyze_app, name="analyze")
app.command("forms")(list_forms)

Poet = Annotated[
    str | None, typer.Option(help="Model of the Poet: ollama:NAME, gguf:PATH, openai:NAME, embedded, auto.")
]
Educator = Annotated[str | None, typer.Option(help="Model of the Educator, named as for --poet.")]
Host = Annotated[str | None, typer.Option("--ollama-host", help="Address of the Ollama server.")]
Swap = Annotated[bool | None, typer.Option("--swap/--no-swap", help="Keep only the speaking model in memory.")]
Rounds = Annotated[int | None, typer.Option(help="Rounds of critique and revision; 0: the Poet alone.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole session as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the finished poem.")]


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    poet: Poet = None,
    educator: Educator = None,
    ollama_host: Host = None,
    swap: Swap = None,
) -> None:
    """Open the app."""
    if version:
        typer.echo(f"poetry-tui {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):  # it is painted on stderr
        raise BadRequest(
            "The app needs a terminal, and there is none here. "
            'Write without it: poetry-tui write "a poem about winter light"'
        )
    from poetry_tui.tui.app import StudioApp

    studio_app = StudioApp(_flags(poet, educator, ollama_host, swap))
    studio_app.run()
    raise typer.Exit(studio_app.return_code or 0)


@app.command()
def write(
    request: Annotated[str, typer.Argument(help="What the poem is to be; - reads it from standard input.")],
    form: Annotated[str | None, typer.Option(help="A form: sonnet, haiku … (else taken from the request).")] = None,
    rounds: Rounds = None,
    poet: Poet = None,
    educator: Educator = None,
    seed: Annotated[int | None, typer.Option(help="The same seed, models and request write the same poem.")] = None,
    ollama_host: Host = None,
    swap: Swap = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write a poem here, streaming; the session is kept."""
    from poetry_tui.library import Library
    from poetry_tui.places import data_folder
    from poetry_tui.settings import Settings
    from poetry_tui.studio import Studio

    if request == "-":
        request = sys.stdin.read()
    settings = Settings.load(**_flags(poet, educator, ollama_host, swap))
    studio = Studio(settings, Library(data_folder() / "library.db"))

    async def work() -> Piece:
        try:
            cast = await studio.cast()
            piece = studio.begin(request, cast, form=form, rounds=rounds, seed=seed)
            await _show(studio, piece, piece.run(), quiet=quiet, as_json=as_json, remark=cast.remark)
            return piece
        finally:
            await studio.aclose()

    _exit_as(_run(work()))


@app.command()
def doctor(
    get_embedded: Annotated[bool, typer.Option("--get-embedded", help="Get the small built-in model (98 MB).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is installed, reachable and missing, and the next step for each."""
    import json
    from dataclasses import asdict

    from poetry_tui.doctor import examine, places

    if get_embedded:
        _get_embedded()
    findings = _run(examine())
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=2, ensure_ascii=False))
    else:
        from poetry_tui.printing import console

        out = console()
        marks = {"good": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}
        for finding in findings:
            mark, color = marks[finding.state]
            out.print(mark, style=color, end=" ")
            out.print(f"{finding.subject:<16}{finding.text}", markup=False, highlight=False, soft_wrap=True)
            if finding.step:
                out.print(f"  {'':<16}→ {finding.step}", markup=False, highlight=False, soft_wrap=True, style="bold")
        for name, path in places():
            out.print(f"  {name:<16}{path}", markup=False, highlight=False, soft_wrap=True, style="dim")
        missing = any("--get-embedded" in finding.step for finding in findings)
        if missing and sys.stdin.isatty() and typer.confirm("Get the small built-in model now (98 MB)?", default=True):
            _get_embedded()
    raise typer.Exit(1 if any(finding.state == "bad" for finding in findings) else 0)


@sessions_app.command("list")
def sessions_list(
    query: Annotated[str, typer.Argument(help="Only sessions in which these words stand.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List sessions, newest first."""
    import json
    from dataclasses import asdict

    with _library() as library:
        found = library.summaries(query)
        if as_json:
            typer.echo(json.dumps([asdict(summary) for summary in found], indent=2, ensure_ascii=False, default=str))
            return
        for summary in found:
            typer.echo(
                f"{summary.id}  {summary.opened_at[:16].replace('T', ' ')}  {summary.state:<9} {summary.request[:70]}"
            )
        if not found:
            typer.echo(
                "No session has these words." if query else 'No session yet. Begin one: poetry-tui write "…"', err=True
            )


@sessions_app.command("show")
def sessions_show(session: str, as_json: AsJson = False) -> None:
    """Print a session: poem, drafts, critiques."""
    from poetry_tui.library import export

    with _library() as library:
        typer.echo(export(library.events(library.find(session)), "json" if as_json else "markdown"))


@sessions_app.command("export")
def sessions_export(
    session: str,
    to: Annotated[Path, typer.Argument(help="A file ending in .md, .txt, .json, .html or .svg.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Write a session to a file; the ending chooses the format."""
    from poetry_tui.library import export, format_of, write_export

    with _library() as library:
        text = export(library.events(library.find(session)), format_of(to))
    write_export(to, text, replace=force)
    typer.echo(f"Written: {to}")


@sessions_app.command("import")
def sessions_import(file: Path) -> None:
    """Bring in a session that was exported as JSON."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{file} cannot be read: {error}.") from error
    with _library() as library:
        typer.echo(library.import_json(text))


@sessions_app.command("delete")
def sessions_delete(
    session: str, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Delete a session for good."""
    with _library() as library:
        session_id = library.find(session)
        if yes or typer.confirm(f"Delete session {session_id} for good?"):
            library.delete(session_id)
            typer.echo(f"Deleted: {session_id}")


@sessions_app.command("resume")
def sessions_resume(
    session: str,
    rounds: Annotated[int | None, typer.Option(help="How many rounds in all.")] = None,
    poet: Poet = None,
    educator: Educator = None,
    ollama_host: Host = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Go on with a session where it stopped, with its models or with others."""
    from poetry_tui.settings import Settings
    from poetry_tui.studio import Studio

    studio = Studio(Settings.load(**_flags(None, None, ollama_host, None)), _library())

    async def work() -> Piece:
        try:
            piece = studio.reopen(studio.library.find(session))
            played = piece.session.settings
            recast = poet or educator
            cast = await studio.cast(poet or played.poet.model, educator or played.educator.model) if recast else None
            events = piece.run(rounds, cast)
            await _show(studio, piece, events, quiet=quiet, as_json=as_json, remark=cast.remark if cast else "")
            return piece
        finally:
            await studio.aclose()

    _exit_as(_run(work()))


def main() -> None:
    """The entry point: errors become messages and exit codes."""
    if sys.argv[1:] == ["--version"]:  # Typer would import pydantic to read it, which takes as long as all the rest
        typer.echo(f"poetry-tui {__version__}")
        return
    try:
        app()
    except PoetryError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        from poetry_tui.log import write_log

        typer.echo(f"{error or type(error).__name__}: this should not happen. Details: {write_log(error)}", err=True)
        sys.exit(1)


def _run(work: Coroutine[None, None, Result]) -> Result:
    """Run to the end; Ctrl-C stops the model, keeps what was written, and exits with 130."""
    import asyncio

    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        typer.echo("\nStopped. What was written is kept: poetry-tui sessions list", err=True)
        raise typer.Exit(130) from None


async def _show(
    studio: Studio, piece: Piece, events: AsyncGenerator[Event], *, quiet: bool, as_json: bool, remark: str
) -> None:
    from contextlib import aclosing

    from poetry_tui.printing import SessionPrinter

    printer = None if quiet or as_json else SessionPrinter(remark)
    async with aclosing(events):
        async for event in events:
            if printer:
                printer.show(event, piece.session)
    if as_json:
        from poetry_tui.library import export

        typer.echo(export(studio.library.events(piece.id), "json"))
    elif quiet and piece.session.poem:
        typer.echo(piece.session.poem.text)
    elif printer:
        printer.end(piece)


def _exit_as(piece: Piece) -> None:
    session = piece.session
    if session.failure is None:
        return
    typer.echo(session.failure.message, err=True)
    written = session.calls or (session.writing and session.writing.text)
    kept = "What was written is kept. Go on with" if written else "Nothing is written yet. Try again with"
    typer.echo(f"{kept}: poetry-tui sessions resume {piece.id}", err=True)
    raise typer.Exit(4)


def _library() -> Library:
    from poetry_tui.library import Library
    from poetry_tui.places import data_folder

    return Library(data_folder() / "library.db")


def _get_embedded() -> None:
    from poetry_tui.llm.embedded import fetch_embedded
    from poetry_tui.places import data_folder

    typer.echo("Getting the small built-in model …", err=True)
    typer.echo(f"It is here now: {fetch_embedded(data_folder() / 'models')}", err=True)


def _flags(poet: str | None, educator: str | None, host: str | None, swap: bool | None) -> dict[str, object]:
    return {"poet": {"model": poet}, "educator": {"model": educator}, "ollama": {"host": host}, "swap": swap}
