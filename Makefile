# relportal: `make demo` and `make test` work in a fresh clone with git, make, python3 and python3-venv.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
LAUNCH := $(BIN)/python -m relportal.launch
BESIDE_SERVERS := $(LAUNCH) exec --profile test --
WORKERS ?= 2

.PHONY: help demo test lint bench lock screenshots shell clean

help: ## Shows this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/demo.stamp ## Runs the whole portal with the demo company on 127.0.0.1:8000
	@exec $(LAUNCH) demo

test: .venv/dev.stamp ## Installs what it needs and runs all tests
	@$(LAUNCH) tools --browser
	@$(BESIDE_SERVERS) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

lint: .venv/dev.stamp ## Runs every linter and check
	@.ci/lint

bench: .venv/dev.stamp ## Prints the figures of speed and memory, with the machine
	@$(LAUNCH) tools
	@$(BESIDE_SERVERS) $(BIN)/python -m bench $(ARGS)

lock: .venv/dev.stamp ## Compiles requirements/*.in to hashed files
	@.ci/lock requirements

screenshots: .venv/dev.stamp ## Renews docs/images from a running `make demo`
	@$(LAUNCH) tools --browser
	@$(BIN)/python -m docs.screenshots

shell: .venv/demo.stamp ## A Django shell beside the demo's servers
	@DEMO=true $(LAUNCH) exec --profile demo -- $(BIN)/python manage.py shell

clean: ## Removes the environment and all local data
	-@for profile in demo test bench; do $(LAUNCH) wipe --profile $$profile; done
	rm -rf .venv var

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "relportal needs Python 3.11 or newer: set PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3-venv is missing: apt install python3-venv"; exit 1; }

.venv/uv.stamp: .venv/pyvenv.cfg requirements/uv.txt
	@echo "Installing the locked dependencies …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/%.stamp: .venv/uv.stamp requirements/%.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/$*.txt
	@touch $@
