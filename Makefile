# make verify   is torch's autograd right on this machine?
# make test     is this project right?
# make verify-backends   the other autograds, each in an environment of its own: their pins conflict
# They set up virtual environments in .venv and .venvs the first time, and only when pyproject.toml or constraints.txt changed.

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
BACKENDS ?= autograd mygrad mlx jax tensorflow paddle
MAX_TIME ?= 10m
SEED ?= 0

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# One numerical thread per process: the workers are the parallelism, and results do not depend on the number of cores.
export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help verify verify-backends test browser lint clean

help:  ## show this text
	@echo "usage: make TARGET [PYTHON=python3.12] [ARGS='...']"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

verify: $(INSTALLED)  ## verify torch on every device present; ARGS goes to autograd-harness verify
	$(BIN)/autograd-harness verify --baseline baselines/torch-2.13.json $(ARGS)

# One that cannot be installed, or does not hold, is told in a sentence; the others go on, and the report has what ran. Too little evidence (7), as
# where the time was over, fails nothing here: some of these libraries are slow. The seed is fixed, so that a finding that the baselines do not know
# tells of a library or an adapter that changed; SEED=N looks elsewhere. jax keeps what it compiled for the next run of the same seed.
verify-backends: export JAX_COMPILATION_CACHE_DIR ?= $(CURDIR)/.venvs/jax/compiled
verify-backends: export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS ?= 0
verify-backends:  ## verify BACKENDS="autograd mygrad mlx jax tensorflow paddle", each MAX_TIME=10m at most, SEED=0; report in reports/out/backends.html
	@rm -rf $(BACKENDS:%=reports/out/%) reports/out/backends.html; at=0; \
	for name in $(BACKENDS); do \
		at=$$((at + 1)); echo "$$name, $$at of $(words $(BACKENDS)), $(MAX_TIME) at most"; \
		$(MAKE) --silent .venvs/$$name/.installed || { failed="$$failed $$name"; continue; }; \
		[ -e baselines/$$name.json ] && known="--baseline baselines/$$name.json" || known=; \
		.venvs/$$name/bin/autograd-harness verify --backend $$name --out reports/out/$$name --max-time $(MAX_TIME) --seed $(SEED) $$known $(ARGS) || \
			[ $$? = 7 ] || failed="$$failed $$name"; \
		[ -e reports/out/$$name/record.ndjson ] && { ran="$$ran reports/out/$$name"; by=$$name; }; \
	done; \
	[ -z "$$ran" ] || .venvs/$$by/bin/autograd-harness report $$ran --html reports/out/backends.html; \
	[ -z "$$failed" ] || { echo "not all well:$$failed; each says above why" >&2; exit 1; }

test: lint browser  ## lint, then all tests; ARGS goes to pytest
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

# The report is tested in a real browser. Nobody's machine is changed for that: it is installed where CI says that the machine is there for it.
browser:
	@found() { for name in $(BROWSERS); do command -v $$name >/dev/null && return; done; return 1; }; \
	found && exit; \
	if [ -n "$$CI" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing Chromium, in which the report is tested"; \
		{ timeout 60 apt-get -qq update && DEBIAN_FRONTEND=noninteractive timeout 180 apt-get -qq install -y --no-install-recommends chromium; } >/dev/null 2>&1; \
	fi; \
	found || echo "no Chromium here: the tests of the report in a browser are skipped (Debian: apt-get install chromium)"

lint: $(INSTALLED)  ## ruff (rules and format) and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) .venvs build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(INSTALLED): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.10 or newer, or name one with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "$$($(PYTHON) --version 2>&1) is too old: autograd-harness needs Python 3.10 or newer; name one with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "installing torch and the rest in $(VENV), once: some minutes"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[torch,dev]' --constraint constraints.txt
	@touch $@

.venvs/%/.installed: pyproject.toml
	@echo "installing $* in .venvs/$*"
	$(PYTHON) -m venv .venvs/$*
	.venvs/$*/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]' || \
		{ echo "$* cannot be installed here, as pip says above: leave it out with BACKENDS='...', or name another Python with PYTHON=..." >&2; exit 1; }
	@touch $@
