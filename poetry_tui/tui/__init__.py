"""The terminal app: `StudioApp` in `app`, one module a screen in `screens`, what they are made of in `widgets`.

A screen is a reader of events: it asks the `Studio` to run a piece and paints what comes. Whatever takes time (engines,
SQLite, files) runs in a worker or a thread, and nothing that takes long to import is imported before the first paint.
The room may import any other; none imports it.
"""
