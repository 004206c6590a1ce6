# `make demo` and `make test` need only Python 3.11+ and make; they install all else into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A variable from the caller's shell that stops Python caching bytecode doubles every cold start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check format lock docs samples e2e clients scenarios hostile simulate drills chaos bench bench-filter bench-semantic clean

help: ## Show what can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 16

setup: $(VENV)/installed ## Install everything into .venv

$(VENV)/installed: requirements.lock layers/embedding/requirements.txt layers/apprise/requirements.txt requirements-bootstrap.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tocsin needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bootstrap.txt
	$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock layers/embedding/requirements.txt layers/apprise/requirements.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $@

demo: setup ## Run the main job on the local cloud: real alerts in, every notification out once
	$(BIN)/tocsin demo

up: setup ## Start the local cloud and keep it up until Ctrl-C
	$(BIN)/tocsin up

test: setup check ## Run every check and test, with the coverage gate
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not e2e" --cov --cov-report=term

check: setup ## Check format, lint, types, imports and the template
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/sam validate --lint

format: setup ## Format and mend what can be mended
	$(BIN)/ruff check --quiet --fix . || true
	$(BIN)/ruff format --quiet .

clients:
	@{ command -v amtool && command -v prometheus && command -v prometheus-alertmanager; } >/dev/null \
	  || apt-get install -y --no-install-recommends prometheus prometheus-alertmanager \
	  || echo "prometheus or alertmanager is missing and cannot be installed here; their tests are skipped"

e2e: setup clients ## Run the long end-to-end suite with real clients
	$(BIN)/python -m pytest -m "e2e and not kill9"
	HOSTILE_EXAMPLES=500 $(BIN)/python -m pytest tests/hostile/test_openapi.py

scenarios: setup clients ## Play every scenario on one machine, Alertmanager and the local cloud, and the crashes
	$(BIN)/python -m tests.scenarios run --target one-machine
	$(BIN)/python -m tests.scenarios run --target alertmanager
	$(BIN)/python -m tests.scenarios run --target cloud
	$(BIN)/python -m tests.scenarios crash
	$(BIN)/python -m tests.scenarios pair

hostile: setup ## Send every hostile request, let what is accepted arrive, and count answers by class
	$(BIN)/python -m tests.hostile

simulate: setup ## Simulate thousands of interleavings, crashes and losses
	$(BIN)/python -m tests.simulation --seeds 5000

drills: setup ## Storm a receiver, and let it be dead meanwhile: what people get, and how late
	$(BIN)/python -m tests.drills

chaos: setup ## Try every fault at every call, pairs of crashes, thousands of seeds, planted bugs, kill -9
	$(BIN)/python -m tests.chaos run --seeds 5000
	$(BIN)/python -m tests.chaos mutants
	$(BIN)/python -m pytest -m kill9 tests/e2e

bench: setup ## Measure CPU per alert, the limiter, the view of 100,000 alerts and metric rules as ratios, models that misbehave, and AWS calls, write units and log lines
	$(BIN)/python -m benchmarks.cpu
	$(BIN)/python -m benchmarks.stages
	$(BIN)/python -m benchmarks.limiter
	$(BIN)/python -m benchmarks.alertview
	$(BIN)/python -m benchmarks.rules
	$(BIN)/python -m benchmarks.slowsource
	$(BIN)/python -m benchmarks.textstages
	$(BIN)/python -m benchmarks.categories
	$(BIN)/python -m benchmarks.triage
	$(BIN)/python -m benchmarks.models
	$(BIN)/python -m benchmarks.handovers
	$(BIN)/python -m pytest -q tests/integration/test_budgets.py

bench-filter: setup ## Measure precision, recall and CPU of the content filter and of entities
	$(BIN)/python -m benchmarks.filter

bench-semantic: setup ## Measure how well similar alerts are found on labelled pairs, and what it costs
	$(BIN)/python -m benchmarks.semantic

docs: setup ## Write the generated pages
	$(BIN)/tocsin docs

samples: setup ## Read every sample payload of every provider
	$(BIN)/tocsin normalize --all-samples

lock: ## Resolve the exact versions, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate layers/vendor/requirements.in -c requirements.in -o layers/vendor/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-deps --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate layers/embedding/requirements.in -o layers/embedding/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --no-deps --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate layers/apprise/requirements.in -c requirements.lock -o layers/apprise/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements-bootstrap.in -o requirements-bootstrap.txt

clean: ## Remove what the build left
	rm -rf .aws-sam .local .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
