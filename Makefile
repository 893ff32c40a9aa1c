# Everything a person or CI does with the project. `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help review test fast checks slow nbval notebooks lab env extras axe lock clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

review: $(READY) ## render the example review, then one report of every kind, and print where they are
	@$(BIN)/arwap run params/homelessness.yml
	@echo "Now a report of every kind, and a profile of each local authority (some minutes) ..."
	@$(BIN)/arwap batch params --quiet

test: fast slow nbval ## run every check and every test

fast: checks ## run the checks and the tests that take moments
	@$(BIN)/python -m pytest -m "not slow" -n auto

checks: $(READY) ## run the linter, the type checker and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

slow: $(READY) ## run the tests that render reports, start browsers or simulate
	@$(BIN)/python -m pytest -m slow -n auto

nbval: $(READY) ## execute the notebooks and compare what they show with what is stored
	@$(BIN)/python -m pytest -p no:cacheprovider --nbval notebooks --nbval-sanitize-with tests/nbval_sanitize.cfg \
		-n auto --dist loadscope

notebooks: $(READY) ## execute the notebooks and store what they show, for nbval to compare
	@$(BIN)/python -m tests.store_notebooks

lab: $(READY) ## open JupyterLab in the notebooks
	@$(BIN)/jupyter lab --notebook-dir=notebooks

env: $(READY) ## set up .venv from requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "This Python cannot make virtual environments: install its venv package (on Debian: python3-venv)"; exit 2; }
	@echo "Setting up $(VENV) from requirements.lock (some minutes the first time) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

extras: $(READY) ## install what the optional parts need (Spark, clusters), from requirements-extras.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-extras.lock

axe: ## install axe-core, which the tests hold pages against (needs npm)
	@command -v npm >/dev/null || { echo "make axe needs npm, which comes with Node.js"; exit 2; }
	@cd tests/axe && npm ci --silent

lock: ## resolve requirements.lock and requirements-extras.lock anew (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, a resolver that writes one lock for all systems: pip install uv"; exit 2; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--upgrade --group dev pyproject.toml -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--upgrade --all-extras --group dev -c requirements.lock pyproject.toml -o requirements-extras.lock

clean: ## remove the environment and caches; outputs stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
