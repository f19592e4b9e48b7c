# Two commands do all the set-up: `make demo` and `make test`. They need Python >= 3.11, make and pip's index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --only-binary :all: --no-binary petab,autograd-gamma

.PHONY: demo test test-slow lint bench validate setup clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed                ## the main job: seven arms of melanoma cells, and a report at the end
	$(BIN)/amoeboid run melanoma-escape --folder runs

setup: $(VENV)/.tested                  ## an environment for work on the code

test: $(VENV)/.tested                   ## every test that is quick enough for each change
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-slow: $(VENV)/.tested              ## the tests that take minutes
	$(BIN)/python -m pytest -n 2 -m slow

lint: $(VENV)/.tested                   ## format, style, types, floors, evidence
	$(BIN)/ruff format --check src tests benchmarks validation
	$(BIN)/ruff check src tests benchmarks validation
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/amoeboid evidence check

bench: $(VENV)/.tested                  ## figures of speed, as ns per cell-step and ratios
	$(BIN)/python -m pytest benchmarks -o python_files='bench_*.py' --benchmark-only --benchmark-columns=min,median,rounds

validate: $(VENV)/.tested               ## published experiments against runs; a table of verdicts
	$(BIN)/python validation/run.py

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), f'Python 3.11 or newer is needed, this is {sys.version}'"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
