# Everything is made inside this folder: .venv (Python packages) and .servers (Prometheus and others).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test lint format bench lock generate clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/.servers/bin:$(PATH)

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 16

setup: .venv/dev ## a virtual environment with everything for development
	@:

run: .venv/runtime ## the whole system here, until Ctrl-C
	@scripts/fetch-servers
	@$(BIN)/lotofacil run

test: setup ## every check and every test, with real servers
	@scripts/fetch-servers --tests
	@$(MAKE) --no-print-directory lint
	@echo "tests"
	@$(BIN)/pytest -n 2 $(ARGS)

lint: setup ## style, types, architecture
	@echo "style"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "not formatted: run 'make format'"; exit 1; }
	@echo "types"
	@$(BIN)/mypy --no-error-summary
	@echo "architecture"
	@report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report"; exit 1; }

format: setup ## put the code in its usual form
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

bench: setup ## measure speed and memory
	@$(BIN)/python -m benchmarks

lock: setup ## choose versions anew and lock them (no index address goes into the files)
	@echo "locking versions"
	@scripts/lock-versions --upgrade

generate: setup ## dashboards and documents made from the catalogue
	@$(BIN)/lotofacil generate

clean: ## remove what make made (data/ stays)
	@rm -rf .venv .servers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@echo "making .venv"
	@scripts/make-venv

# The locked packages, checked against their hashes, then this project itself.
.venv/runtime .venv/dev: .venv/%: requirements/%.txt pyproject.toml | .venv/bin/python
	@echo "installing the $* packages"
	@$(PIP) --require-hashes -r requirements/$*.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
