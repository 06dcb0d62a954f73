# Everything starts here. `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH :=
# The Chinese demo has a data folder and a port of its own, so that both may run side by side.
ifeq ($(DEMO),cn)
DEMO_ENV := TOMOSHIBI_DEMO_COUNTRY=cn TOMOSHIBI_DATA="$${TOMOSHIBI_DATA:-var/cn}" PORT="$${PORT:-8100}" \
  TOMOSHIBI_TIME_ZONE=Asia/Shanghai TOMOSHIBI_LANGUAGE=zh-hans
endif
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests python run demo shell test check lint types contracts docs bench bench-web chaos screenshots messages lock clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: python ## build .venv and install everything that is locked
	@$(PYTHON) tools/setup.py

setup-tests: python
	@$(PYTHON) tools/setup.py --browser

python:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON) here; Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv), or name another one: make PYTHON=..." >&2; exit 1; }

run: setup ## start the database, load the demo (DEMO=cn: the Chinese one), open the console and say where
	@$(DEMO_ENV) $(BIN)/tomoshibi up --demo

demo: setup ## load the demo into the database without starting the console
	@$(DEMO_ENV) $(BIN)/tomoshibi demo load

shell: setup ## a Python shell with Django on the project's database
	@$(BIN)/python manage.py shell

test: setup-tests ## all tests; those in a browser need Chromium, which is installed where that is allowed
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser"
	@# A process of their own: the browser's driver keeps an event loop running in the thread of its tests.
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m browser

check: setup lint types contracts docs ## lint, types, import contracts, docs

lint: ## only ruff: form and rules
	@$(BIN)/ruff format --check src tests tools
	@$(BIN)/ruff check src tests tools

types: ## only mypy
	@$(BIN)/mypy

contracts: ## only the floor plan: who may import whom
	@PYTHONPATH=. $(BIN)/lint-imports

docs: ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: setup ## speed of the main job, as ratios (needs some GB of disk for a million contracts)
	@PYTHONPATH=. $(BIN)/python -m tools.bench
	@PYTHONPATH=. $(BIN)/python -m tools.bench.meter_file
	@PYTHONPATH=. $(BIN)/python -m tools.bench.groups
	@PYTHONPATH=. $(BIN)/python -m tools.bench.group_energy
	@PYTHONPATH=. $(BIN)/python -m tools.bench.group_energy --daily
	@PYTHONPATH=. $(BIN)/python -m tools.bench.outside

bench-web: setup ## 200 applicants at once on the running server (make run must be running; URL=... names another)
	@PYTHONPATH=. $(BIN)/python -m tools.web_load --url $${URL:-http://127.0.0.1:8000}

chaos: setup ## kill a billing run twenty times; it must end like one that nobody disturbed (some minutes)
	@PYTHONPATH=. $(BIN)/python -m tools.chaos

screenshots: setup ## pictures of the running demo for the README (make run must be running; DEMO=cn: of the Chinese one)
	@$(BIN)/python tools/screenshots.py --demo $${DEMO:-jp}

messages: setup ## collect the strings to translate into each room's locale folder (needs gettext)
	@$(BIN)/python tools/messages.py

lock: setup ## lock the dependencies again, with hashes and without addresses
	@for name in runtime dev bench; do $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove everything that was built; the data in var/ stays
	@rm -rf .venv node_modules site artefacts .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
