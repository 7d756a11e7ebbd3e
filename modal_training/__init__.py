"""The part that makes the models: corpus, training data, training, export, registration.

It imports `poetry_tui` (a model is asked at inference exactly what it was taught), never the reverse. Its dependencies
are the extras `training` and `modal`.
"""
