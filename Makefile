# make run | test | bench | cases | kills | year | fuzz | lint | docs | matching | clean. Set-up happens once, and again when requirements.lock or pyproject.toml changes.
PYTHON ?= python3
DATA ?= data
BIN := .venv/bin
READY := .venv/.ready
BENCH := .venv/bench

.PHONY: run test bench cases kills year fuzz lint docs matching clean

run: $(READY)
	$(BIN)/commonground refresh --data $(DATA)
	@echo "see it:     $(BIN)/commonground serve --data $(DATA)"
	@echo "next:       questions to ask it, and your own area instead of the sample town, in README.md"

test: $(READY) lint
	$(BIN)/pytest

# How fast, beside the usual ways: about a quarter of an hour, on $(DATA)/bench, made once. BENCH_ARGS="--only locate --repeats 5".
bench: $(BENCH)/.ready
	$(BENCH)/bin/python tests/bench/bench.py --data $(DATA) --growth $(BENCH_ARGS)

# Every input that went wrong once, and others of its kind: what tells of each. CASES_ARGS="--only outlines --before ../older".
cases: $(READY)
	$(BIN)/python tests/trials/cases.py $(CASES_ARGS)

# Refreshes killed, full disks, damaged files: what is promised of DIR holds afterwards. KILLS_ARGS="--seed 7 --only damage".
kills: $(READY)
	$(BIN)/python tests/trials/kills/run.py $(KILLS_ARGS)

# A year of fortnights on one disk, with faults by schedule: some minutes.
year: $(READY)
	$(BIN)/python tests/trials/year.py $(YEAR_ARGS)

# Every reader of bytes from outside, tried with spoiled ones for ten minutes each, two at once. FUZZ_ARGS="--seconds 60 --only json".
fuzz: $(READY)
	$(BIN)/python tests/trials/fuzz/run.py $(FUZZ_ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

docs: $(READY)
	$(BIN)/python -m pipelines.commands.docs

# How well records are conflated, against labelled pairs, and what lists hold of others (accuracy.yml); DATA is refreshed for England.
matching: $(READY)
	$(BIN)/python -m pipelines.places.agreement $(DATA)
	$(BIN)/python -m pipelines.indicators.omitted $(DATA)

# What make made, but for $(DATA): snapshots and releases are yours to delete.
clean:
	rm -rf .venv *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed and this is %d.%d: make PYTHON=python3.12 ..." % v)'
	@echo "setting up .venv (once; a minute or two)"
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BENCH)/.ready: tests/bench/requirements.lock $(READY)
	@echo "setting up $(BENCH), with what the usual ways need besides (once; a minute or two)"
	test -x $(BENCH)/bin/pip || $(BIN)/python -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r tests/bench/requirements.lock
	@touch $@
