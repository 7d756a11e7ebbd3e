"""Language models: one protocol, `ChatModel`, and the engines behind it.

`open_model(spec, settings)` turns a `ModelSpec` (`ollama:NAME`, `gguf:PATH`, `openai:NAME`, `embedded`) into a model
that streams replies, says what they cost, stops when its stream is closed, and raises errors of `poetry_tui.errors`.
The room imports nothing of ours but `errors`; each engine's package is imported on first use, off the event loop. It
offers the values of a chat (`ChatMessage`, `ChatOptions`, `TextChunk`, `ChatEnd`, `Usage`) and, in its modules `ollama`
and `embedded`, what is installed.
"""

from poetry_tui.llm.chat import ChatEnd, ChatMessage, ChatModel, ChatOptions, Chunk, TextChunk, Usage
from poetry_tui.llm.opening import ModelSettings, open_model
from poetry_tui.llm.spec import ModelSpec

__all__ = [
    "ChatEnd",
    "ChatMessage",
    "ChatModel",
    "ChatOptions",
    "Chunk",
    "ModelSettings",
    "ModelSpec",
    "TextChunk",
    "Usage",
    "open_model",
]
