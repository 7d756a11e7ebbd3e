"""`poetry-tui models …`: the models in Ollama and the files on this machine, from the shell."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from poetry_tui.errors import BadRequest

if TYPE_CHECKING:
    from poetry_tui.registry.importing import Progress
    from poetry_tui.registry.modelfile import Modelfile
    from poetry_tui.shelf import Prepared, Shelf

Result = TypeVar("Result")

models_app = typer.Typer(help="The models in Ollama, and GGUF files to bring in.", no_args_is_help=True)

Host = Annotated[str | None, typer.Option("--ollama-host", help="Address of the Ollama server.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Role = Annotated[str, typer.Option(help="What it is for: poet, educator, rhyme_poet, vanilla.")]
Base = Annotated[str, typer.Option(help="The file is a LoRA adapter for this model of Ollama.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@models_app.command("list")
def models_list(ollama_host: Host = None, as_json: AsJson = False) -> None:
    """List the models of Ollama, and the GGUF files that could be brought in."""

    async def work(shelf: Shelf) -> None:
        import asyncio

        found, offered = await shelf.models(), await asyncio.to_thread(shelf.offered)
        if as_json:
            _print_json({"models": found, "files": offered})
            return
        from poetry_tui.printing import console

        out = console()
        for one in found:
            model = one.model
            playing = f"plays {', '.join(one.roles)}" if one.roles else ""
            loaded = "loaded" if model.loaded else ""
            facts = f"{model.parameters:>8} {model.quantization:<8} {_size(model.size):>9}"
            out.print(f"{model.name:<36} {facts}  {'  '.join(filter(None, (playing, loaded)))}".rstrip())
        for file in offered:
            out.print(f"{file}  not brought in yet: poetry-tui models import {file} --role poet", style="dim")
        if not found:
            out.print("Ollama has no model yet. Get one: poetry-tui models pull llama3.1:8b", style="yellow")

    _with_shelf(work, ollama_host)


@models_app.command("import")
def models_import(
    file: Annotated[Path, typer.Argument(help="A .gguf file; of a split one its first part.")],
    role: Role = "poet",
    name: Annotated[str, typer.Option(help="Its name in Ollama (else that of its role).")] = "",
    base: Base = "",
    quantize: Annotated[str, typer.Option(help="Quantize an F16 file on the way: q4_K_M, q4_K_S, q8_0.")] = "",
    modelfile: Annotated[
        Path | None, typer.Option(help="Make it as this Modelfile says (its FROM is left out).")
    ] = None,
    assign: Annotated[bool, typer.Option("--assign", help="Have it play its role from now on.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Even if it is likely to fail.")] = False,
    yes: Yes = False,
    ollama_host: Host = None,
    as_json: AsJson = False,
) -> None:
    """Bring a GGUF file into Ollama, with the persona and the options of its role."""
    from poetry_tui.shelf import hindrance, role_named

    wanted = role_named(role)
    told = _read_modelfile(modelfile) if modelfile else None

    async def work(shelf: Shelf) -> None:
        prepared = await shelf.prepare(file, wanted, name=name, base=base, quantize=quantize, modelfile=told)
        if not as_json:
            _describe(prepared)
        if prepared.hindered and not force:
            raise hindrance(prepared)
        called = prepared.order.name
        if await shelf.has(called) and not yes:
            _confirm(f"Ollama has a model {called} already. Replace it? Nothing of the old one stays.")
        with _progress(quiet=as_json) as tell:
            reply = await shelf.bring_in(prepared, tell)
        if assign:
            if wanted == "rhyme_poet":
                shelf.set_role("poet", called)
            else:
                shelf.set_role(wanted, called)
        if as_json:
            _print_json({"name": called, "role": wanted, "reply": reply, "assigned": assign})
        else:
            typer.echo(f"{called} is there, and it answers: {reply}")
            typer.echo(
                f"Chat with it: ollama run {called}"
                + ("" if assign else f"\nHave it play: poetry-tui models role {wanted} {called}")
            )

    _with_shelf(work, ollama_host)


@models_app.command("pull")
def models_pull(name: str, ollama_host: Host = None) -> None:
    """Get a model from Ollama's registry."""

    async def work(shelf: Shelf) -> None:
        from poetry_tui.registry.importing import Progress

        with _progress(quiet=False) as tell:
            async for status in shelf.server.pull(name):
                tell(Progress("send", status.text, status.done, status.total))
        typer.echo(f"{name} is there.")

    _with_shelf(work, ollama_host)


@models_app.command("show")
def models_show(name: str, ollama_host: Host = None, as_json: AsJson = False) -> None:
    """Show what a model is made of."""

    async def work(shelf: Shelf) -> None:
        shown = await shelf.server.show(name)
        if as_json:
            _print_json(shown)
            return
        info = {key: value for key, value in shown.info.items() if not key.startswith("tokenizer.")}
        for title, text in (
            ("persona", shown.system),
            ("parameters", shown.parameters),
            ("template", shown.template),
            ("facts", "\n".join(f"{key}  {value}" for key, value in info.items())),
            ("licence", shown.license[:400]),
        ):
            if text:
                typer.echo(f"── {title}\n{text.strip()}\n")

    _with_shelf(work, ollama_host)


@models_app.command("delete")
def models_delete(name: str, yes: Yes = False, ollama_host: Host = None) -> None:
    """Delete a model from Ollama."""

    async def work(shelf: Shelf) -> None:
        if not yes:
            _confirm(f"Delete {name} from Ollama for good?")
        await shelf.delete(name)
        typer.echo(f"Deleted: {name}")

    _with_shelf(work, ollama_host)


@models_app.command("copy")
def models_copy(name: str, new_name: str, yes: Yes = False, ollama_host: Host = None) -> None:
    """Give a model a second name; the weights are shared."""

    async def work(shelf: Shelf) -> None:
        if await shelf.has(new_name) and not yes:
            _confirm(f"Ollama has a model {new_name} already. Replace it? Nothing of the old one stays.")
        await shelf.server.copy(name, new_name)
        typer.echo(f"{name} is also called {new_name}.")

    _with_shelf(work, ollama_host)


@models_app.command("role")
def models_role(
    role: Annotated[str, typer.Argument(help="poet, educator or vanilla; nothing lists who plays.")] = "",
    name: Annotated[str, typer.Argument(help="A model of Ollama.")] = "",
    ollama_host: Host = None,
) -> None:
    """Say who plays which role, or give a role to a model."""

    async def work(shelf: Shelf) -> None:
        from poetry_tui.shelf import PARTS

        if not role:
            for part in PARTS:
                typer.echo(f"{part:<10} {getattr(shelf.settings, part).model}")
            return
        chosen = next((part for part in PARTS if part == role.lower()), None)
        if chosen is None:
            raise BadRequest(f"There is no role '{role}' to give. The roles are: {', '.join(PARTS)}.")
        if not name:
            raise BadRequest(f"Say which model: poetry-tui models role {role} NAME. poetry-tui models list shows them.")
        await shelf.server.show(name)
        shelf.set_role(chosen, name)
        typer.echo(f"{name} plays {chosen} from now on.")

    _with_shelf(work, ollama_host)


@models_app.command("load")
def models_load(name: str, ollama_host: Host = None) -> None:
    """Load a model into memory now."""

    async def work(shelf: Shelf) -> None:
        await shelf.load(name)
        typer.echo(f"{name} is loaded.")

    _with_shelf(work, ollama_host)


@models_app.command("unload")
def models_unload(name: str, ollama_host: Host = None) -> None:
    """Free a model's memory now."""

    async def work(shelf: Shelf) -> None:
        await shelf.server.unload(name)
        typer.echo(f"{name} is no longer in memory.")

    _with_shelf(work, ollama_host)


@models_app.command("fit")
def models_fit(ollama_host: Host = None, as_json: AsJson = False) -> None:
    """Say whether the models of both roles fit into this machine's memory."""

    async def work(shelf: Shelf) -> None:
        from poetry_tui.library import Library
        from poetry_tui.places import data_folder
        from poetry_tui.studio import Studio

        studio = Studio(shelf.settings, Library(data_folder() / "library.db"))
        try:
            cast = await studio.cast()
        finally:
            await studio.aclose()
        said = await shelf.fit(cast)
        if as_json:
            _print_json({"poet": str(cast.poet), "educator": str(cast.educator), "advice": said})
        else:
            typer.echo(f"Poet {cast.poet}, Educator {cast.educator}. {said.sentence}")

    _with_shelf(work, ollama_host)


@models_app.command("modelfile")
def models_modelfile(
    role: Annotated[str, typer.Argument(help="poet, educator, rhyme_poet or vanilla.")],
    file: Annotated[Path, typer.Option("--gguf", help="The model file, or the adapter with --base.")],
    base: Base = "",
    write: Annotated[bool, typer.Option("--write", help="Keep it as a file, too, for ollama create -f.")] = False,
) -> None:
    """Print the Modelfile of a role for a file."""
    from poetry_tui.registry import gguf, roles
    from poetry_tui.shelf import role_named

    wanted = role_named(role)

    async def work(shelf: Shelf) -> None:
        told = shelf.modelfile(wanted, gguf.read(file), base=base)
        text = roles.commented(wanted, told)
        sys.stdout.write(text)
        if write:
            from poetry_tui.places import data_folder

            path = roles.write_modelfile(data_folder() / "modelfiles", roles.NAMES[wanted], text)
            typer.echo(f"Written: {path}\nUse it: ollama create {roles.NAMES[wanted]} -f {path}", err=True)

    _with_shelf(work, None)


def _with_shelf(work: Callable[[Shelf], Coroutine[None, None, None]], host: str | None) -> None:
    """Run with the shelf of the settings; Ctrl-C stops and exits with 130."""
    import asyncio

    async def all_of_it() -> None:
        async with _shelf(host) as shelf:
            await work(shelf)

    try:
        asyncio.run(all_of_it())
    except KeyboardInterrupt:
        typer.echo("\nStopped. Nothing half-made is left in Ollama.", err=True)
        raise typer.Exit(130) from None


@asynccontextmanager
async def _shelf(host: str | None) -> AsyncIterator[Shelf]:
    from poetry_tui.library import ModelRecords
    from poetry_tui.places import data_folder
    from poetry_tui.settings import Settings
    from poetry_tui.shelf import Shelf

    shelf = Shelf(Settings.load(ollama={"host": host}), ModelRecords(data_folder() / "library.db"))
    try:
        yield shelf
    finally:
        await shelf.aclose()


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar for what is counted and a line for what is not; plain lines where the output goes elsewhere."""
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    from poetry_tui.printing import console

    if quiet or not sys.stderr.isatty():
        said = set[str]()

        def tell_plainly(progress: Any) -> None:
            if progress.text not in said and not quiet:
                typer.echo(progress.text, err=True)
            said.add(progress.text)

        yield tell_plainly
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(err=True), transient=True) as bars:
        bar = bars.add_task("", total=None)
        yield lambda told: bars.update(
            bar, description=told.text, completed=told.done, total=told.total or None, visible=True
        )


def _describe(prepared: Prepared) -> None:
    file, order = prepared.file, prepared.order
    context = f"{file.context_length:,} tokens of context" if file.context_length else "context length unknown"
    what = f"{file.architecture} {file.parameters / 1e6:,.0f} million weights, {file.quantization}, {context}"
    typer.echo(f"{file.path.name}: {file.kind}, {what}, {_size(file.size)}", err=True)
    if not order.base:
        template = "the file's own" if file.chat_template else "Llama 3's, since the file brings none"
        typer.echo(f"chat template: {template}", err=True)
    for finding in prepared.findings:
        typer.echo(f"{'·' if finding.level == 'note' else '✗'} {finding.text}", err=True)


def _read_modelfile(file: Path) -> Modelfile:
    from poetry_tui.registry.modelfile import parse

    try:
        return parse(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{file} cannot be read: {error}.") from error
    except BadRequest as error:
        raise BadRequest(f"{file}: {error}") from error


def _confirm(question: str) -> None:
    """Ask; no answer, no terminal and "no" all end here with nothing done."""
    if not sys.stdin.isatty():
        raise BadRequest(f"{question} Say --yes, since there is no one to ask here.")
    if not typer.confirm(question):
        raise typer.Exit(1)


def _print_json(value: Any) -> None:
    import json
    from dataclasses import asdict, is_dataclass

    def plain(one: Any) -> Any:
        return asdict(one) if is_dataclass(one) and not isinstance(one, type) else str(one)

    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=plain))


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
