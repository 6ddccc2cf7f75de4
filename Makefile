# Everything runs in a virtual environment of its own, .venv, made on first use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := emulator tests benchmarks examples
# With it, each of the many processes that the tests start compiles all modules once more.
unexport PYTHONDONTWRITEBYTECODE
# One more than there are cores, but four at most: a third of the time a worker waits, for a browser or for a process.
WORKERS := $$($(BIN)/python -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')
# A worker that has nothing left to do takes over from the others, so that none ends long after them.
# Each process would load plugins that no test uses.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal -p no:schemathesis -p no:faker -p no:anyio

# What a store decides, whichever engine it is on.
ON_POSTGRES := $(addprefix tests/,core control conformance machine bad_input providers web)

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all test-postgres crash test-image test-worlds fuzz check format docs screenshots bench wheel clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: $(VENV)/run.stamp ## Install and start the emulator; ARGS="--port 0" passes flags
	@$(BIN)/case-emulator serve $(ARGS)

demo: $(VENV)/run.stamp ## Start it with three days of a made-up company, and stories to present
	@$(BIN)/case-emulator serve --demo $(ARGS)

test: $(VENV)/test.stamp ## Install and run the tests but for the slow ones; ARGS="-k webhook" passes options to pytest
	@$(PYTEST) -m "not slow" $(ARGS)

test-all: $(VENV)/test.stamp ## Run all tests, with a browser (Chromium) and in environments of their own
	@$(PYTEST) $(ARGS)

test-postgres: $(VENV)/test.stamp ## Run the suites that do not depend on the engine with everything kept in PostgreSQL
	@$(PYTEST) --on-postgres -m "not slow" --ignore tests/web/test_crash.py $(ON_POSTGRES) $(ARGS)

crash: $(VENV)/test.stamp ## Kill and stop machines that share a PostgreSQL, with 20,000 webhooks due at once
	@CRASH_WEBHOOKS=20000 $(BIN)/pytest -p no:schemathesis -p no:faker -p no:anyio tests/several/test_machines_down.py $(ARGS)

test-image: $(VENV)/test.stamp ## Build the image with buildah and run it, as root on Debian; ARGS="-k health" passes options
	@$(BIN)/python -m tests.image $(ARGS)

test-worlds: $(VENV)/test.stamp ## Try every shop of tests/worlds in every world; WORLDS_SEED=1 make test-all draws other ones
	@WORLDS_ALL=1 $(PYTEST) tests/worlds $(ARGS)

fuzz: $(VENV)/test.stamp ## Try the documents for up to half an hour; ARGS="50 120 aplyid": examples, seconds, which
	@SIDE_BY_SIDE=20 $(PYTEST) tests/conformance/test_side_by_side.py
	@$(BIN)/python -m tests.fuzz $(ARGS)

check: $(VENV)/test.stamp ## Formatting, lint, types, and which room may import which
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/test.stamp ## Put the sources into shape
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

docs: $(VENV)/test.stamp ## Write the samples and tables of the documentation anew, from fixtures/ and the code
	@$(BIN)/python -m tests.docs

screenshots: $(VENV)/test.stamp ## Take the pictures of the documentation anew, in Chromium
	@mkdir -p docs/images
	$(BIN)/pytest --write-screenshots tests/ui/test_screenshots.py

bench: $(VENV)/test.stamp ## Measure speed, start and memory, as ratios within one run; ARGS="--peers" adds others
	$(BIN)/python -m benchmarks $(ARGS)

wheel: $(VENV)/run.stamp ## Build what a release publishes, into dist/
	@rm -rf build dist # what an older build left there would travel along
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

clean: ## Remove the virtual environment and everything built
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
		|| { echo "Python cannot make virtual environments: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/test.stamp: setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/run.stamp
