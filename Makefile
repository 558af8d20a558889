# `make` alone prints the targets. Needs nothing but make and Python 3.11 to 3.13.
SHELL := /bin/sh
.DEFAULT_GOAL := help
IN_VENV = exec sh deploy/local/python.sh deploy/local/bootstrap.py
PY = .venv/bin/python

##@ Use
run: ## start everything and keep it running (Ctrl-C stops it)
	@$(IN_VENV) -m deploy.local run

reset: ## forget all data of ANJU_DATA (.anju)
	@$(IN_VENV) -m deploy.local reset

##@ Develop
venv: ## make .venv from requirements.lock
	@$(IN_VENV)

test: ## run all tests (T=tests/unit for some)
	@$(IN_VENV) -m pytest $(or $(T),tests) -q -n 2 --dist loadgroup

chaos: ## kill everything at random under load, then count what was lost (KILLS=50 SEED=… SOAK=seconds)
	@$(IN_VENV) -m tests.chaos

fuzz: ## make requests from the OpenAPI document, right and wrong ones; 3 minutes (A='--paths ^/v1/jobs --examples 100', SEED=…)
	@$(IN_VENV) -m tests.fuzz $(A)

bench: ## time every hot path beside its limit, 15 minutes (A='--only read,settle' for some)
	@$(IN_VENV) -m tests.bench $(A)

bench-growth: ## how the hot paths grow with clients and with people
	@$(IN_VENV) -m tests.bench.growth $(A)

bench-search: ## time searches of people among 1,920,000
	@$(IN_VENV) -m tests.bench.search $(A)

bench-roster: ## time a roster of 40,000 people beside indexed COPY of the same rows
	@$(IN_VENV) -m tests.bench.roster

check: venv ## format, lint, types, import contracts, migrations in step with models
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) -m tests.support.check_migrations

fmt: venv ## format and fix what can be fixed
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

##@ Help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z][a-z-]*:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nVariables of a run (ANJU_PORT, ANJU_DATA, DATABASE_URL, …): $(PY) -m deploy.local --help\n'

.PHONY: run reset venv test chaos fuzz bench bench-growth bench-search bench-roster check fmt help
