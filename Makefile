# `make demo` segments a sample run, `make test` runs every check. Both install what they need into .venv.
# Windows and macOS: see README.md.
PYTHON ?= python3
RUN ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test lint clean

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[cpu,cli]"
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --upgrade pip
	$(PIP) --editable ".[cpu,cli,train]" --group test --group lint
	touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	$(BIN)/python -m dsatrain.demo --output demo-output $(if $(RUN),--run "$(RUN)")

test: $(VENV)/.test lint
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

clean:
	rm -rf $(VENV) build demo-output *.egg-info
