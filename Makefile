# Five verbs: run, test, drill, lint, bench. Each makes what it needs first; a second time that takes seconds.
# The machine needs Debian packages only here: as root they are installed, otherwise one line says which.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := run

PYTHON ?= python3
PORT ?= 8000
VENV := .venv/bin/python
FLASK := $(VENV) -m flask

.PHONY: run test drill lint bench
.DELETE_ON_ERROR:

# The demo on http://127.0.0.1:$(PORT). A real installation: docs/operate.md.
run: export SUNPATH_DEMO := 1
run: .venv/runtime.stamp
	@! (: </dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null || \
		{ echo "Port $(PORT) is in use. Choose another: make run PORT=8001" >&2; exit 1; }
	@scripts/need.sh graphviz fonts-noto-cjk libharfbuzz-subset0
	@$(FLASK) db upgrade
	@$(FLASK) demo load
	@echo "http://127.0.0.1:$(PORT)"
	@exec $(VENV) -m waitress --listen=127.0.0.1:$(PORT) --call app:create_app

# The tests of one file run in one process: they share what is costly to set up, an office or a server.
test: .venv/development.stamp
	@scripts/need.sh graphviz fonts-noto-cjk libharfbuzz-subset0 chromium libatomic1 postgresql
	$(VENV) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

# The long form of the tests with chance in them: more kills, more races, more random processes. About an hour.
drill: .venv/development.stamp
	@scripts/need.sh graphviz fonts-noto-cjk libharfbuzz-subset0 postgresql
	$(VENV) -m pytest -m drill $(ARGS)

lint: .venv/development.stamp
	$(VENV) -m ruff check
	$(VENV) -m ruff format --check
	$(VENV) -m mypy
	.venv/bin/lint-imports

bench: .venv/runtime.stamp
	@scripts/need.sh graphviz fonts-noto-cjk libharfbuzz-subset0 postgresql
	@for script in bench/*.py; do echo "== $$script"; $(VENV) -m $$(echo "$${script%.py}" | tr / .); done

.venv/runtime.stamp: requirements.txt | .venv/bin/pip
	$(VENV) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/development.stamp: requirements-dev.txt .venv/runtime.stamp
	$(VENV) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

.venv/bin/pip:
	@scripts/venv.sh "$(PYTHON)"
