"""GGUF files without a server: shared weights, a prefix cache per role, adapters per request, and silence on demand."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from poetry_tui.errors import BadModelFile, BadReply, ContextFull, ModelError, ModelNotFound, StreamBroken
from poetry_tui.llm import ChatMessage, ChatOptions, ModelSettings, ModelSpec, open_model
from poetry_tui.llm.embedded import find_embedded
from poetry_tui.llm.engine import TURN
from poetry_tui.llm.llamacpp import LlamaCppModel
from tests.llm.adapters import write_adapter
from tests.llm.chats import say, until

EMBEDDED = ModelSpec("embedded")
PERSONA = "You are a poet. " + "You write short lines about plain things. " * 6
COLD = {"temperature": 0.0, "context_length": 512}

Opening = Callable[..., LlamaCppModel]


@pytest.fixture(scope="module")
def base() -> Path:
    pytest.importorskip("xllamacpp")
    try:
        return find_embedded(None)
    except ModelNotFound as absent:
        pytest.skip(str(absent))


@pytest.fixture
async def opening(base: Path) -> AsyncIterator[Opening]:
    """Opens handles on the embedded model (with an adapter, if given) and closes them after the test."""
    handles: list[LlamaCppModel] = []

    def open_handle(adapter: Path | None = None) -> LlamaCppModel:
        handles.append(LlamaCppModel(EMBEDDED, base, adapter))
        return handles[-1]

    yield open_handle
    for handle in handles:
        await handle.aclose()


@pytest.mark.model
async def test_a_reply_streams_and_is_counted(opening: Opening) -> None:
    said = await say(opening(), "Write about winter light.", **COLD, max_tokens=24)
    assert said.text.strip()
    assert len(said.pieces) > 10
    usage = said.usage
    assert (usage.generated_tokens, usage.stop_reason, usage.cached_tokens) == (24, "length", 0)
    assert usage.prompt_tokens > 8
    assert usage.prompt_seconds > 0
    assert usage.generation_seconds > 0
    assert usage.load_seconds > 0  # nothing was loaded before the first chat
    assert usage.load_seconds < usage.first_token_seconds < usage.total_seconds


@pytest.mark.model
async def test_the_same_seed_says_the_same_and_another_does_not(opening: Opening) -> None:
    model = opening()
    options = {"temperature": 1.0, "context_length": 512, "max_tokens": 12}
    first, again, other = [(await say(model, "Snow.", **options, seed=seed)).text for seed in (7, 7, 8)]
    assert first == again != other


@pytest.mark.model
async def test_two_roles_on_one_file_each_keep_their_prefix(opening: Opening) -> None:
    """Both grow by turns; from the second turn on only what is new is evaluated."""
    roles = [opening(), opening()]
    chats = [[ChatMessage("system", PERSONA + name), ChatMessage("user", "Speak.")] for name in ("Poet", "Ear")]
    for turn in range(3):
        for model, chat in zip(roles, chats, strict=True):
            said = await say(model, *chat, **COLD, max_tokens=8)
            assert said.usage.cached_tokens is not None
            fresh = said.usage.prompt_tokens - said.usage.cached_tokens
            assert fresh < 30 if turn else fresh > 50
            chat += [ChatMessage("assistant", said.text), ChatMessage("user", "Go on.")]


@pytest.mark.model
async def test_each_of_two_handles_has_the_whole_context_length(opening: Opening) -> None:
    first, _second = opening(), opening()
    with pytest.raises(ContextFull, match=r"\d+ tokens .* 256") as caught:
        await say(first, "word " * 300, context_length=256)
    assert caught.value.context_length == 256
    assert caught.value.prompt_tokens is not None
    assert caught.value.prompt_tokens > 300
    assert (await say(first, "word " * 180, context_length=256, max_tokens=1)).usage.prompt_tokens > 180


@pytest.mark.model
async def test_a_reply_stops_at_the_end_of_the_context_instead_of_shifting_it(opening: Opening) -> None:
    said = await say(opening(), "word " * 200, "Count from 1 to 500.", temperature=0.0, context_length=256)
    assert said.usage.stop_reason in ("length", "stop")
    assert said.usage.prompt_tokens + said.usage.generated_tokens <= 256


@pytest.mark.model
@pytest.mark.parametrize("moment", ["generating", "evaluating a long prompt"])
async def test_closing_the_stream_silences_the_engine(opening: Opening, moment: str) -> None:
    """The turn is free again, and the engine no longer computes (200 ms on a machine at rest; the bound is wide)."""
    model = opening()
    await model.warm(ChatOptions(context_length=2048))
    prompt = "Write a long tale." if moment == "generating" else "word " * 1500
    chunks = model.chat([ChatMessage("user", prompt)], ChatOptions(context_length=2048))
    reading = asyncio.ensure_future(anext(chunks))
    if moment == "generating":
        await reading
        await anext(chunks)
    else:
        await until(TURN.locked)
        await asyncio.sleep(0.3)  # into the evaluation, which takes seconds
        assert not reading.done()
        reading.cancel()
        await asyncio.wait([reading])
    closed = time.monotonic()
    await chunks.aclose()
    await until(lambda: not TURN.locked())
    silent = time.monotonic() - closed
    await asyncio.sleep(0.2)  # the batch in hand is computed to its end
    busy = computed_seconds(model)
    await asyncio.sleep(0.5)
    assert computed_seconds(model) - busy <= 0.05
    assert silent < 2.0
    print(f"{moment}: silent after {silent * 1000:.0f} ms")
    assert (await say(model, "Snow.", max_tokens=2, context_length=2048)).usage.generated_tokens == 2


@pytest.mark.model
async def test_only_one_chat_generates_at_a_time(opening: Opening) -> None:
    one, two = opening(), opening()
    order: list[str] = []

    async def chat(model: LlamaCppModel, name: str) -> None:
        async with aclosing(model.chat([ChatMessage("user", "Snow.")], ChatOptions(max_tokens=12))) as chunks:
            async for _ in chunks:
                order.append(name)  # noqa: PERF401 (the order in time is what is looked at)

    await asyncio.gather(chat(one, "a"), chat(two, "b"))
    assert sum(a != b for a, b in itertools.pairwise(order)) == 1


@pytest.mark.model
async def test_a_vanilla_and_a_trained_role_share_one_base(opening: Opening, base: Path, tmp_path: Path) -> None:
    vanilla, trained = opening(), opening(write_adapter(base, tmp_path / "poet-lora.gguf"))
    chat = [ChatMessage("system", PERSONA), ChatMessage("user", "Write about winter light.")]
    bare = (await say(vanilla, *chat, **COLD, max_tokens=16)).text
    adapted = (await say(trained, *chat, **COLD, max_tokens=16)).text
    assert bare != adapted
    again = await say(vanilla, *chat, **COLD, max_tokens=16)
    assert again.text == bare  # the adapter does not leak into the other role
    assert again.usage.load_seconds == 0
    assert again.usage.prompt_tokens - (again.usage.cached_tokens or 0) < 10  # nor does it cost it its prefix


@pytest.mark.model
async def test_an_adapter_that_joins_late_is_loaded_then(opening: Opening, base: Path, tmp_path: Path) -> None:
    vanilla = opening()
    bare = (await say(vanilla, "Winter light.", **COLD, max_tokens=12)).text
    trained = opening(write_adapter(base, tmp_path / "late.gguf"))
    said = await say(trained, "Winter light.", **COLD, max_tokens=12)
    assert said.text != bare
    assert said.usage.load_seconds > 0


@pytest.mark.model
async def test_memory_is_freed_on_unload_and_with_the_last_handle(opening: Opening) -> None:
    one, two = opening(), opening()
    await one.warm(ChatOptions(context_length=512))
    process = pid(one)
    await one.unload()
    assert not alive(process)
    assert (await say(two, "Snow.", **COLD, max_tokens=2)).usage.load_seconds > 0
    process = pid(two)
    await one.aclose()
    assert alive(process)  # the other handle still has it
    await two.aclose()
    await two.aclose()
    assert not alive(process)


def pid(model: LlamaCppModel) -> int:
    assert model.engine_pid is not None
    return model.engine_pid


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def computed_seconds(model: LlamaCppModel) -> float:
    """Processor time the engine has used so far."""
    stat = Path(f"/proc/{pid(model)}/stat")
    if not stat.is_file():
        pytest.skip("only Linux tells the processor time of another process")
    user, system = stat.read_text().rpartition(") ")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.model
async def test_an_engine_that_dies_in_the_middle_is_told_and_started_again(opening: Opening) -> None:
    model = opening()
    chunks = model.chat([ChatMessage("user", "Tell a long tale.")], ChatOptions(context_length=512))
    await anext(chunks)
    os.kill(pid(model), signal.SIGTERM)
    with pytest.raises(StreamBroken, match="ended in the middle"):
        async for _ in chunks:
            pass
    assert (await say(model, "Snow.", **COLD, max_tokens=2)).usage.generated_tokens == 2


@pytest.mark.model
async def test_the_loop_runs_on_while_a_model_loads_and_generates(opening: Opening) -> None:
    model, longest, last = opening(), 0.0, time.monotonic()
    task = asyncio.create_task(say(model, "Winter light.", max_tokens=30))
    while not task.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    await task
    assert longest < 0.5


@pytest.mark.model
async def test_the_engine_writes_nothing_on_the_screen(opening: Opening, capfd: pytest.CaptureFixture[str]) -> None:
    model = opening()
    await say(model, "Snow.", max_tokens=4, context_length=256)
    with pytest.raises(ContextFull):
        await say(model, "word " * 300, context_length=256)
    await model.unload()
    assert capfd.readouterr() == ("", "")


@pytest.mark.model
async def test_nobody_else_can_use_the_port_of_the_engine(opening: Opening) -> None:
    import httpx

    model = opening()
    await model.warm(ChatOptions(context_length=256))
    async with httpx.AsyncClient(trust_env=False) as stranger:
        for address in listening(pid(model)):
            assert address.startswith("127.0.0.1:")
            for path in ("/v1/chat/completions", "/completion", "/lora-adapters"):
                assert (await stranger.post(f"http://{address}{path}", json={})).status_code == 401


def listening(process: int) -> list[str]:
    """IPv4 addresses on which a process listens."""
    folder = Path(f"/proc/{process}/fd")
    if not folder.is_dir():
        pytest.skip("only Linux tells the ports of a process")
    inodes = {str(link.readlink()) for link in folder.iterdir()}
    rows = [row.split() for row in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
    found = [row[1].split(":") for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes]
    return [f"{'.'.join(str(octet) for octet in bytes.fromhex(host)[::-1])}:{int(port, 16)}" for host, port in found]


@pytest.mark.model
def test_a_program_that_just_ends_while_the_model_speaks_ends_well(base: Path) -> None:
    program = f"""
import asyncio
from poetry_tui.llm import *
async def main():
    model = open_model(ModelSpec("gguf", {str(base)!r}), ModelSettings())
    async for chunk in model.chat([ChatMessage("user", "Tell a long tale.")], ChatOptions()):
        break
    print("said", flush=True)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "said\n", "")


@pytest.mark.model
def test_the_engine_does_not_outlive_a_program_that_is_killed(base: Path) -> None:
    program = f"""
import asyncio, os, signal
from poetry_tui.llm import *
async def main():
    model = open_model(ModelSpec("gguf", {str(base)!r}), ModelSettings())
    await model.warm(ChatOptions(context_length=256))
    print(model.engine_pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    status = Path(f"/proc/{int(done.stdout)}/status")
    deadline = time.monotonic() + 5
    while status.is_file() and "State:\tZ" not in status.read_text():  # nobody may be there to bury it
        assert time.monotonic() < deadline, "the engine lives on"
        time.sleep(0.01)


def spoiled(base: Path, folder: Path, kind: str) -> Path:
    path, content = folder / f"{kind}.gguf", base.read_bytes()
    match kind:
        case "truncated":
            path.write_bytes(content[: len(content) // 2])
        case "header":
            path.write_bytes(content[:500])
        case "architecture":
            path.write_bytes(content.replace(b"llama", b"lxama", 1))
        case "pointer":
            path.write_text("version https://git-lfs.github.com/spec/v1\n")
        case "folder":
            path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("missing", ModelNotFound, "No such file"),
        ("folder", ModelNotFound, "Is a directory"),
        ("pointer", BadModelFile, "not a GGUF"),
        ("header", BadModelFile, "cut off"),
        ("truncated", BadModelFile, "cut off"),
        pytest.param("architecture", BadReply, "unknown model architecture: 'lxama'", marks=pytest.mark.model),
    ],
)
async def test_a_file_that_is_no_model_is_named_with_the_reason(
    base: Path, tmp_path: Path, kind: str, error: type[ModelError], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = spoiled(base, tmp_path, kind)
    model = open_model(ModelSpec("gguf", str(path)), ModelSettings())
    with pytest.raises(error, match=says) as caught:
        await say(model, "Snow.")
    await model.aclose()
    assert str(path) in str(caught.value)
    assert capfd.readouterr() == ("", "")


async def test_model_and_adapter_are_not_mistaken_for_each_other(base: Path, tmp_path: Path) -> None:
    adapter = write_adapter(base, tmp_path / "poet-lora.gguf")
    for spec, says in (
        (ModelSpec("gguf", str(adapter)), r"is an adapter.*gguf:MODEL\.gguf\+poet-lora\.gguf"),
        (ModelSpec("gguf", str(base), str(base)), "is not an adapter"),
        (ModelSpec("gguf", str(base), str(tmp_path / "none.gguf")), r"none\.gguf: No such file"),
    ):
        model = open_model(spec, ModelSettings())
        with pytest.raises(ModelError, match=says):
            await model.warm(ChatOptions())
        await model.aclose()


@pytest.mark.model
async def test_an_adapter_for_another_model_says_so(base: Path, tmp_path: Path) -> None:
    import gguf
    import numpy as np

    writer = gguf.GGUFWriter(tmp_path / "other.gguf", "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 4.0)
    for part, shape in (("a", (4, 64)), ("b", (64, 4))):
        writer.add_tensor(f"blk.0.attn_output.weight.lora_{part}", np.zeros(shape, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    model = open_model(ModelSpec("gguf", str(base), str(tmp_path / "other.gguf")), ModelSettings())
    with pytest.raises(BadReply, match=r"with other\.gguf: .*shape"):
        await model.warm(ChatOptions())
    await model.aclose()


async def test_without_xllamacpp_the_extra_is_named(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    model = open_model(ModelSpec("gguf", str(base)), ModelSettings())
    with pytest.raises(ModelError, match=r"pip install 'poetry-tui\[embedded\]'"):
        await model.warm(ChatOptions())
    await model.aclose()
