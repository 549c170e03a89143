# Every recipe creates .venv when it is missing or older than the lock; python3 and make are all it needs.
PY := .venv/bin/python
ARGS ?=
.DEFAULT_GOAL := help

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 10

.venv/ready: requirements.lock
	@echo "Setting up .venv (a minute or two the first time)"
	@python3 -c 'import sys; sys.exit("Orgpulse needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@rm -rf .venv && python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: .venv/ready ## live through 26 weeks of a sales organisation, then click through it (ARGS="--headless --json")
	@.venv/bin/orgpulse demo $(ARGS)

test: .venv/ready ## run the whole test suite (ARGS="-k name" picks some)
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

check: .venv/ready ## lint, types, layers and migrations: everything CI checks besides the tests
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(PY) -m surveys.storage.check

bench: .venv/ready ## measure the analysis beside its baselines and print the tables
	@$(PY) -m tests.bench $(ARGS)

attack: .venv/ready ## attack confidentiality at length and print the table (ARGS="--only linear")
	@$(PY) -m tests.attack $(ARGS)

calibrate: .venv/ready ## simulate healthy teams and write the alarm thresholds anew
	@$(PY) -m analysis.detection.calibrate $(ARGS)

lock: ## write requirements.lock anew from pyproject.toml (needs .venv)
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

run: .venv/ready ## run the bot with orgpulse.toml and the environment
	@.venv/bin/orgpulse run $(ARGS)

format: .venv/ready ## let ruff put the code in order
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .

.PHONY: help demo test check bench attack calibrate lock run format
