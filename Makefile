# The whole project by name; everything it needs comes from uv.lock into .venv.
.DEFAULT_GOAL := help
.PHONY: help run serve test pytest bench chaos install lint clean

PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := $(shell awk '/^name = "uv"$$/ {getline; gsub(/"/, "", $$3); print $$3}' uv.lock)

Q ?= What did the Montreal Protocol achieve, and when will the ozone layer recover?
CORPUS ?= examples/corpus
OUT ?= reports
REQUIRE ?=
export QUESTION := $(value Q)
export CORPUS_FOLDER := $(value CORPUS)
export OUT_FOLDER := $(value OUT)
export REQUIRE
# Without its compiled files each process would spend seconds on compiling its libraries again.
unexport PYTHONDONTWRITEBYTECODE

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/installed ## research a question: make run Q="…" CORPUS=folder OUT=folder
	@$(BIN)/python -m app research "$$QUESTION" --corpus "$$CORPUS_FOLDER" --out "$$OUT_FOLDER" --max-results 20

serve: .venv/installed ## the service on http://127.0.0.1:8000: make serve, or on a folder alone: make serve CORPUS=folder
	@$(if $(filter-out file,$(origin CORPUS)),CRP_SEARCH__CORPUS__FOLDER="$$CORPUS_FOLDER" CRP_SEARCH__PROVIDERS='["corpus"]') $(BIN)/python -m app serve

test: .venv/installed ## lint, types, import rules and every test (REQUIRE=all: a skipped test is a failure)
	@$(MAKE) --no-print-directory -j2 lint pytest

pytest: .venv/installed
	@$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder

bench: .venv/installed ## measure speed against targets and peers: make bench PART=engine
	@$(BIN)/python benchmarks/bench.py $(PART)

chaos: .venv/installed ## kill everything at random for two minutes: make chaos SECONDS=60 SEED=7 JOBS=100 SERVER=redis-server
	@$(BIN)/python benchmarks/chaos.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(if $(JOBS),--jobs $(JOBS)) $(if $(SERVER),--server $(SERVER))

install: .venv/installed ## make the environment, development tools included

lint: .venv/installed ## ruff, mypy and the import rules
	@$(BIN)/ruff check -q
	@$(BIN)/ruff format -q --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

clean: ## remove the environment and all caches (reports and data stay)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: uv.lock pyproject.toml
	@test -x $(BIN)/uv || $(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make an environment (Debian: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv sync --frozen --quiet --compile-bytecode --python $(BIN)/python
	@$(BIN)/python -m compileall -q app actors
	@touch $@
