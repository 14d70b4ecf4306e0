# `make run` and `make test` need Python 3.11 or newer, make and a network; they do the rest.
# How .venv comes about, and where the browser of the tests comes from, is in .ci/setup.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint format audit clean refresh

BIN := .venv/bin
STAMP := .venv/.papermap
CODE := topics dashboard tests

# One process a core; each takes tests of the others when it has none left (ARGS="-n 0" for one alone).
PARALLEL := -n auto --dist worksteal

# An environment or a search path of the caller's must not leak into ours.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONHOME PYTHONPATH UV_PROJECT_ENVIRONMENT UV_PYTHON

# Without a home folder that can be written to, tools keep their files in the checkout.
ifneq ($(shell test -d "$$HOME" && mkdir -p "$$HOME/.cache" 2>&1 && test -w "$$HOME/.cache" && echo yes),yes)
$(shell mkdir -p .uv/home)
export HOME := $(CURDIR)/.uv/home
endif

# The stamp holds the path that .venv was made for: its scripts break when the folder is moved.
ifneq ($(shell $(BIN)/python -c "" 2>/dev/null && cat $(STAMP) 2>/dev/null),$(CURDIR))
STALE := refresh
endif

define CHECK
$(BIN)/ruff check $(CODE)
$(BIN)/ruff format --check $(CODE)
$(BIN)/mypy
endef

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

run: $(STAMP) ## Set up, build the bundled sample if not yet built, open the dashboard
	@exec $(BIN)/papermap serve $(ARGS)

test: $(STAMP) ## Set up, check style and types, run every test, those in a browser too
	@sh .ci/setup browser > .venv/.browser
	$(CHECK)
	@PAPERMAP_CHROMIUM="$$(cat .venv/.browser)" exec $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

lint: $(STAMP) ## Check style, format, docstrings and types
	$(CHECK)

format: $(STAMP) ## Put style and format right where that can be done automatically
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

audit: $(STAMP) ## Compare the locked dependencies with what is known of their weaknesses (osv.dev)
	@sh .ci/audit

clean: ## Remove environment and caches; maps built in the dashboard stay in cache/maps
	rm -rf .venv .uv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
	find cache -mindepth 1 -maxdepth 1 ! -name .gitkeep ! -name maps -exec rm -rf {} +
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

$(STAMP): pyproject.toml uv.lock $(STALE)
	@sh .ci/setup environment
	@pwd -P > $@

refresh:
