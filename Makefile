# The targets of dure. Each line with two hashes is what `make help` says about it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
WHEELHOUSE ?= wheelhouse

.PHONY: help venv demo test test-all check bench fuzz serve fmt docs lock wheelhouse install-offline \
	postgres-start postgres-stop s3-start s3-stop slurm-start slurm-stop clean

help: ## Say what each target does
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

venv: .venv/.stamp ## Make .venv with every part pinned and hashed, dure itself editable

.venv/.stamp: pyproject.toml requirements.lock requirements-build.lock scripts/make_venv.sh
	@scripts/make_venv.sh

demo: venv ## Three invented agencies on one machine: the whole way, narrated, with an evidence page
	@$(PY) -m demo $(ARGS)

test: venv ## PostgreSQL, S3, Slurm, check, tests, gates of core and governance (ARGS="tests/core -k label" for a part)
	@scripts/test.sh $(ARGS)

test-all: venv ## The same, with what takes more time than a landing has, and the coverage gate of every room
	@EVERY=1 scripts/test.sh

check: venv ## Style, types, layers, and documents in step with the code; no tests
	@.venv/bin/ruff format --check --quiet . || { echo "run: make fmt"; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary
	@mkdir -p build; .venv/bin/lint-imports --no-logo >build/imports.txt 2>&1 || { cat build/imports.txt; exit 1; }
	@$(PY) scripts/make_docs.py --check
	@echo "check: style, types, layers and documents are in order"

bench: venv ## Time it against the named peers; results go to docs/benchmarks.md with machine and date
	@$(PY) scripts/run_benches.py $(ARGS)

fuzz: venv ## Each parser, a few seconds of hostile input (ARGS="csv --seconds 600" for one and longer)
	@PYTHONPATH=src:. $(PY) -m fuzz $(or $(ARGS),all --seconds 5)

serve: ## (The web console is not built yet; this target says so)
	@echo "The web console is not built yet. Until then: dure --help, and docs/index.md." >&2; exit 1

fmt: venv ## Format the code and mend what ruff can mend safely
	@.venv/bin/ruff format --quiet . && .venv/bin/ruff check --fix --quiet .

docs: venv ## Write the documents that are generated from the code (errors, settings, command line)
	@$(PY) scripts/make_docs.py

lock: ## Write the lock files anew from pyproject.toml (UPGRADE=1 also moves to newer versions)
	@scripts/lock.sh

wheelhouse: venv ## Download everything into WHEELHOUSE=dir, hashed, to carry into an air gap
	@$(PY) scripts/wheelhouse.py pack "$(WHEELHOUSE)"

install-offline: ## The same as venv, from WHEELHOUSE=dir alone, with no network at all
	@scripts/make_venv.sh "$(WHEELHOUSE)"

postgres-start: ## Start a throw-away PostgreSQL on loopback (as root: installs Debian's first)
	@scripts/postgres.sh start

postgres-stop: ## Stop it and remove every trace
	@scripts/postgres.sh stop

s3-start: venv ## Start a throw-away S3 server on loopback (rclone, from the tests' parts)
	@scripts/s3.sh start

s3-stop: ## Stop it and remove every trace
	@scripts/s3.sh stop

slurm-start: ## Start a throw-away Slurm cluster of two nodes on loopback (takes root; installs Debian's first)
	@scripts/slurm.sh start

slurm-stop: ## Stop it and remove every trace
	@scripts/slurm.sh stop

clean: ## Remove what was built, measured or demonstrated (.venv stays: rm -r .venv takes it too)
	@rm -rf build dist demo/nodes .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache .coverage .coverage.*
	@find . -path ./.venv -prune -o -name __pycache__ -type d -print0 | xargs -0r rm -rf
