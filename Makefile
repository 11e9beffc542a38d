# Everything a person needs: `make run` serves the product, `make test` passes every test. Both set up what they need first.
# What is set up leaves a stamp in .setup/, so a second run does nothing twice.

PYTHON ?= python3
# How many of the tests' parts, or of the checks', go beside each other: `make test JOBS=2` takes two at a time.
JOBS ?= 1
VENV := .venv
BIN := $(VENV)/bin
NPM := scripts/npm --prefix frontend
PAGE := backend/netwright/server/page/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/public frontend/index.html -type f -not -name '*.test.*' 2>/dev/null) \
	frontend/vite.config.ts frontend/parts.config.ts frontend/package.json

.PHONY: run setup setup-dev test test-page test-backend test-units test-servers test-browser fuzz check lint types types-backend types-page \
	checks-beside contract generate generated bench exactness page pictures tour clean help

run: setup ## set up and serve the product at http://127.0.0.1:8000 (prints the URL that signs you in)
	@exec $(BIN)/netwright serve

setup: .setup/python $(PAGE)

setup-dev: setup .setup/dev .setup/browser

help:
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

# --- what is set up ---------------------------------------------------------------------------------------------------

.setup/venv: scripts/check_python.py
	@$(PYTHON) scripts/check_python.py
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p .setup && touch $@

.setup/python: .setup/venv requirements/run.lock pyproject.toml
	@echo "Installing Python packages (PyTorch is large: some minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.setup/dev: .setup/python requirements/dev.lock
	@echo "Installing the tools for development ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.lock
	@touch $@

.setup/node: .setup/venv frontend/package.json frontend/package-lock.json
	@echo "Installing the page's packages ..."
	@$(NPM) ci --no-fund --no-audit --loglevel=error
	@touch $@

$(PAGE): .setup/node $(PAGE_SOURCES)
	@echo "Building the page ..."
	@$(NPM) run --silent build -- --logLevel warn
	@touch $@

page: $(PAGE)

.setup/browser: .setup/dev scripts/browser.py
	@$(BIN)/python scripts/browser.py
	@touch $@

# torchvision, for the tests alone and apart from everything else: see requirements/oracle.lock.
.setup/oracle: .setup/python requirements/oracle.lock
	@rm -rf .oracle
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target .oracle -r requirements/oracle.lock
	@touch $@

# --- tests ------------------------------------------------------------------------------------------------------------

# Each part is a process of its own, and all are taken also where one fails.  What is alone says its lines as they come.
BESIDE := --no-print-directory --jobs=$(JOBS) --keep-going $(if $(filter-out 1,$(JOBS)),--output-sync=line)
SERVERS := tests/backend/server tests/backend/executors

test: setup-dev .setup/oracle ## set up and pass every test, the browser's included
	@$(MAKE) $(BESIDE) test-page test-units test-servers test-browser

test-page: .setup/node
	@$(NPM) run --silent test

test-backend: setup-dev .setup/oracle ## pass every test but the page's own, one after the other
	@$(BIN)/python -m pytest tests

# Nothing in it waits for anything: it takes what the part beside it leaves of the cores.
test-units: .setup/dev .setup/oracle
	@nice -n 5 $(BIN)/python -m pytest tests --ignore=tests/e2e $(SERVERS:%=--ignore=%)

test-servers: .setup/dev $(PAGE)
	@$(BIN)/python -m pytest $(SERVERS)

test-browser: setup-dev
	@$(BIN)/python -m pytest tests/e2e

fuzz: setup-dev ## look for examples that break what is tested at random; what it finds becomes an @example
	@$(BIN)/python -m pytest -q --hypothesis-profile=fuzz $$(grep -rl "from hypothesis import" tests/backend)

# --- checks -----------------------------------------------------------------------------------------------------------

check: .setup/dev .setup/node ## lint, types, import directions, generated files
	@$(MAKE) $(BESIDE) types-backend checks-beside

# mypy reads nothing that `generate` writes; these do, so they go one after the other.
checks-beside:
	@$(MAKE) --no-print-directory --jobs=1 lint contract generated types-page

lint: .setup/dev .setup/node
	$(BIN)/ruff check backend tests scripts
	$(BIN)/ruff format --check backend tests scripts
	$(NPM) run --silent lint

types: types-backend types-page

types-backend: .setup/dev
	$(BIN)/mypy

types-page: .setup/node
	$(NPM) run --silent types

contract: .setup/dev
	$(BIN)/lint-imports

generate: .setup/dev .setup/node ## regenerate what is generated (OpenAPI, TypeScript types)
	$(BIN)/python -m netwright.server.openapi
	$(BIN)/python -m netwright.layers.page > docs/layers.md
	$(BIN)/python -m netwright.layers.page zh > docs/layers.zh.md
	$(NPM) run --silent generate

generated: generate
	@git diff --exit-code --stat -- backend/netwright/server/openapi.json frontend/src/api/schema.ts docs/layers.md docs/layers.zh.md \
		|| { echo "Generated files differ: run 'make generate' and commit them."; exit 1; }

.setup/bench: .setup/dev requirements/bench.lock
	@echo "Installing what the benchmarks compare against ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.lock
	@touch $@

bench: setup-dev .setup/bench ## print the figures of tests/bench, side by side
	@$(BIN)/python tests/bench/run.py

exactness: setup-dev .setup/oracle ## print every figure by which the ready-made networks are held against what is published
	@$(BIN)/python tests/bench/exactness.py

pictures: setup-dev ## take the pictures of every page; the README's is one of them
	@NETWRIGHT_PICTURES=test-results/pictures $(BIN)/python -m pytest -q tests/e2e/test_pages.py
	@mkdir -p docs/images && cp test-results/pictures/editor-light-1440-en.png docs/images/editor.png

tour: setup-dev ## take the pictures of docs/tour.md and docs/tour.zh.md anew
	@NETWRIGHT_PICTURES=docs/tour $(BIN)/python -m pytest -q tests/e2e/test_tour.py

clean:
	rm -rf .setup .oracle $(VENV) frontend/node_modules backend/netwright/server/page
