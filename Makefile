# `make demo` segments a sample run, `make test` runs every check. Both install what they need into .venv.
# Windows and macOS: see README.md.
PYTHON ?= python3
RUN ?=
SAMPLE := phantom-900002.dcm
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test lint soak bench clean

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[cpu,cli,host]"
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --upgrade pip
	$(PIP) --editable ".[cpu,cli,train]" --group test --group lint
	touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	$(BIN)/python -m dsatrain.demo --output demo-output $(if $(RUN),--run "$(RUN)")
	$(BIN)/python -m DSASegmentationLib.headless "$(or $(RUN),demo-output/$(SAMPLE))" demo-output/scene.mrb

test: $(VENV)/.test lint
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

# 20 kinds of files, 5000 damaged ones of each; a training killed 50 times; an editor, 500 times
soak: $(VENV)/.test
	DSA_KILLS=50 $(BIN)/python -m pytest --timeout 900 --timeout-method thread -k killed Testing/dsatrain/train/test_loop.py
	DSA_KILLS=500 $(BIN)/python -m pytest --timeout 900 --timeout-method thread Testing/fault/test_journal_kills.py
	DSA_MUTANTS=5000 $(BIN)/python -m pytest --timeout 900 --timeout-method thread Testing/dsanet/io/test_mutants.py

bench: $(VENV)/.test
	$(BIN)/python Testing/benchmarks/bench_reading.py
	$(BIN)/python -m Testing.benchmarks.bench_engine

clean:
	rm -rf $(VENV) build demo-output *.egg-info
