"""The screens of the app: one a module, each with its own stylesheet beside it."""
