# `make play` and `make test` need only Python >= 3.11 and make. See CONTRIBUTING.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp-play
DEV_STAMP := $(VENV)/.stamp-dev
PURE := arcade matches lobby protocol
CHECKED := $(PURE) tests manage.py

.PHONY: help play compile test test-long chaos bench lint format lock clean python-is-new-enough

help:
	@echo "make play       play on this machine (PORT=8001 make play for another port)"
	@echo "make compile    the hot path as C: about a tenth less CPU (needs a C compiler; \`make test\` does it too)"
	@echo "make test       lint, types, import contracts, all tests that this machine can run"
	@echo "make test-long  the tests that take minutes"
	@echo "make chaos      two minutes of killed nodes under play, judged from outside"
	@echo "make bench      the whole table of docs/performance.md, with peers (an hour; needs Node.js 20 and npm)"
	@echo "make lint       ruff, mypy, import-linter"
	@echo "make format     let ruff format and mend"
	@echo "make lock       choose the packages' versions anew"

python-is-new-enough:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) -V 2>&1 || true)."; \
	  echo "Install one (Debian: apt-get install python3 python3-venv) or name it: PYTHON=python3.12 make $(MAKECMDGOALS)"; \
	  exit 1; }

$(BIN)/python: | python-is-new-enough
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing (Debian: apt-get install python3-venv)."; exit 1; }

$(STAMP): requirements.lock | $(BIN)/python
	@echo "Installing packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock | $(BIN)/python
	@echo "Installing packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(STAMP)

play: $(STAMP)
	@$(BIN)/python manage.py play

lint: $(DEV_STAMP)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy $(PURE:%=-p %) -p arcade_client
	$(BIN)/lint-imports --no-cache

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

compile: $(DEV_STAMP)
	@$(BIN)/python -m arcade.compiled

# Nothing may be left out where all must pass.
COMPILE := $(BIN)/python -m arcade.compiled $(if $(ARCADE_TEST_ALL),,--if-possible)

test: lint test-js
	@$(COMPILE)
	$(BIN)/python -m pytest $(ARGS)

.PHONY: test-js
test-js:
	@if command -v node >/dev/null; then node --test --test-timeout=20000 tests/js/; \
	elif [ "$$ARCADE_TEST_ALL" = 1 ]; then echo "Node.js is missing although ARCADE_TEST_ALL=1"; exit 1; \
	else echo "SKIPPED GROUP node: install Node.js 20 or newer (Debian: apt-get install nodejs)"; fi

test-long: $(DEV_STAMP)
	$(BIN)/python -m pytest -m long --timeout=1800 $(ARGS)

chaos: $(DEV_STAMP)
	@$(BIN)/python manage.py chaos --nemesis kill,pair,gateway,stop,drain,redis-kill --seconds 90 $(ARGS)

COLYSEUS := tests/bench/peers/colyseus

$(COLYSEUS)/node_modules/.package-lock.json: $(COLYSEUS)/package-lock.json
	@command -v npm >/dev/null || { \
	  echo "npm is missing, which installs the peer that we are measured beside (Debian: apt-get install nodejs npm)."; exit 1; }
	@npm ci --prefix $(COLYSEUS) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

bench: $(DEV_STAMP) $(COLYSEUS)/node_modules/.package-lock.json
	@$(COMPILE)
	@$(BIN)/python manage.py bench all $(ARGS)

# In a venv of its own, so that the tool's own packages are not in the lock.
lock: | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet "pip-tools>=7.5"
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/lock/bin/pip-compile $(LOCK) -o requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/lock/bin/pip-compile $(LOCK) --extra dev -c requirements.lock \
	  -o requirements-dev.lock pyproject.toml
	rm -rf $(VENV)/lock

LOCK := --quiet --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links \
  --no-emit-trusted-host --no-emit-options $(UPGRADE)

clean:
	rm -rf $(VENV) arcade/compiled/built .mypy_cache .ruff_cache .pytest_cache .hypothesis
