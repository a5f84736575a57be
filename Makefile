# `make run` opens the app, `make test` runs the tests; both make their virtual environment first.
# Options are variables: make test JOBS=4 TESTS=tests/test_layers.py, make train CONFIG=…

VENV ?= .venv
JOBS ?= 2
TESTS ?= tests
# Options of `neural-programmer ui` and of `neural-programmer train`, for example TRAIN_OPTIONS=--resume.
UI_OPTIONS ?=
TRAIN_OPTIONS ?=
CONFIG ?= wtq
# What is installed for development; .ci/run adds spark, which is large and wants a Java runtime.
EXTRAS ?= test,lint,databases
# Options for pip, for example PIP_OPTIONS=--no-index.
PIP_OPTIONS ?=

# Any Python from 3.11 on that can make virtual environments.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	if $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$python; break; fi; done)

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUNTIME_STAMP := $(VENV)/.installed-runtime
DEVELOPMENT_STAMP := $(VENV)/.installed-development
# One thread a process: the tests run in $(JOBS) processes.
TEST_ENVIRONMENT := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: run test test-slow lint format docs train bench install clean help

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: $(RUNTIME_STAMP) ## Open the app in the browser.
	$(BIN)/neural-programmer ui $(UI_OPTIONS)

test: $(DEVELOPMENT_STAMP) ## Run the tests that take minutes, not hours.
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --durations 10 $(TESTS)

test-slow: $(DEVELOPMENT_STAMP) ## Run the slow tests.
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest -m slow -n $(JOBS) --dist loadgroup --durations 20 --timeout 1800 $(TESTS)

lint: $(DEVELOPMENT_STAMP) ## Check style, format and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEVELOPMENT_STAMP) ## Format the code and repair what can be repaired.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(RUNTIME_STAMP) ## Write anew what is generated: command_line.md, the file tree.
	$(BIN)/python docs/command_help.py
	$(BIN)/python docs/file_tree.py

train: $(RUNTIME_STAMP) ## Train the model of CONFIG, on WikiTableQuestions, which is fetched first.
	@test -n "$$NEURAL_PROGRAMMER_WTQ" || $(BIN)/neural-programmer download wtq
	$(BIN)/neural-programmer train $(CONFIG) $(TRAIN_OPTIONS)

bench: $(RUNTIME_STAMP) ## Time a question, from the table to the answer.
	$(BIN)/python benchmarks/ask.py

install: $(DEVELOPMENT_STAMP) ## Make the virtual environment with everything.

clean: ## Remove what builds and tests leave behind, but not the virtual environment.
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with the venv module is needed" \
		"(Debian and Ubuntu: apt-get install python3 python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --editable . --constraint constraints.txt $(PIP_OPTIONS)
	@touch $@

$(DEVELOPMENT_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --editable '.[$(EXTRAS)]' --constraint constraints.txt $(PIP_OPTIONS)
	@touch $@ $(RUNTIME_STAMP)
