"""Everything that can go wrong in a way a person can mend.

Each error's message says what happened, to which file or model, and what to do next. Front ends print the message as it
is: the command line exits with `exit_code`, the app shows a toast.
"""

from __future__ import annotations


class PoetryError(Exception):
    """Base of the family; `exit_code` is what the command line returns for it."""

    exit_code = 1


class BadRequest(PoetryError):
    """The person asked for something that cannot be done: empty request, unknown form, wrong value."""

    exit_code = 2


class BadConfig(PoetryError):
    """A configuration file cannot be read; the message names file, line and key."""

    exit_code = 2


class LibraryError(PoetryError):
    """The library of sessions cannot be opened, read or written."""

    exit_code = 3


class ModelError(PoetryError):
    """A language model could not answer. `retryable` says whether asking again at once may help."""

    exit_code = 4
    retryable = False


class EngineNotReachable(ModelError):
    """Nothing answers at the engine's address, or it does not answer in time."""

    retryable = True


class EngineRefused(ModelError):
    """The engine answered 403: it does not accept this Host or Origin."""


class ModelNotFound(ModelError):
    """The engine does not have the model; the message holds the nearest names and the command that gets it."""


class BadModelFile(ModelError):
    """A model file cannot be used: not a GGUF, damaged, of the wrong kind."""


class ContextFull(ModelError):
    """The chat does not fit into the context.

    `prompt_tokens` is the size of the chat, `context_length` that of the context (None where the engine does not say).
    """

    def __init__(self, message: str, prompt_tokens: int | None = None, context_length: int | None = None) -> None:
        super().__init__(message)
        self.prompt_tokens = prompt_tokens
        self.context_length = context_length


class OutOfMemory(ModelError):
    """The engine could not load the model into this machine's memory."""


class StreamBroken(ModelError):
    """The connection ended, or the engine's process died, in the middle of a reply."""

    retryable = True


class BadReply(ModelError):
    """The engine answered with something that is not its protocol, or with an error of its own."""
