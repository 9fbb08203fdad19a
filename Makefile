# Works from a path with spaces: every path is relative to this folder, and quoted where a shell sees it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench screenshots setup clean

setup: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name yours: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv (once; a few minutes on a slow link)"
	@PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT= $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,examples]'
	@touch $@

demo: setup
	@$(BIN)/tui-tuner run sample_configs/digits/sweep.yaml --exit-when-done

# First what needs no process of its own, on two cores; then the rest, one after the other. 5: none found.
test: setup
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not alone' $(PYTEST_ARGS); \
	first=$$?; [ $$first -eq 5 ] && first=0; \
	$(BIN)/python -m pytest -m alone $(PYTEST_ARGS); \
	second=$$?; [ $$second -eq 5 ] && second=0; \
	exit $$((first + second))

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	@missed=0; for b in benchmarks/[a-z]*.py; do $(BIN)/python "$$b" || missed=1; done; exit $$missed

screenshots: setup
	$(BIN)/python -m docs.screenshots

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
