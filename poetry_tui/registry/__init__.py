"""Models as files and as names: what a GGUF holds, Modelfiles, bringing models into Ollama, what fits into memory.

`gguf` reads a model file, `preflight` says what Ollama would make of it, `modelfile` reads and writes Ollama's own
description of a model and `roles` fills in the one of each role, `ollama` lists, creates, copies and deletes on a
server, `importing` brings a file in from end to end, `fit` says what fits into this machine. It may import `llm`.
"""
