# `make help` says what there is. Nothing here needs root; everything runs in .venv, which is made where it is missing.
# PYTHON=python3.12 chooses the interpreter, VENV=folder the environment, ARGS="…" is passed on.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
else
PYTHON ?= python3
endif
export VENV
DEMO = $(PYTHON) .ci/in_venv.py demo
DEV = $(PYTHON) .ci/in_venv.py dev
JS = $(DEV) python .ci/js.py

.PHONY: help demo test test-long lint format bench build constraints clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):  *## /make \1	/p' Makefile | expand -t 20

demo:  ## speak a text, verify it, and show it live in the browser (ARGS="--exit --no-browser --out DIR")
	@$(DEMO) progresskit demo $(ARGS)

test:  ## run the tests and the samples of the docs (ARGS="tests/test_state.py -k late": those of Python only)
	@$(if $(ARGS),:,$(JS) test lint)
	@$(DEV) pytest $(ARGS)

test-long:  ## run the tests in their long forms
	@$(if $(ARGS),:,PROGRESSKIT_LONG=1 $(JS) test)
	@$(DEV) pytest --long $(ARGS)

lint:  ## ruff (lint and format) and mypy --strict
	@$(DEV) ruff check .
	@$(DEV) ruff format --check .
	@$(DEV) mypy

format:  ## put the code into its form
	@$(DEV) ruff format .

bench:  ## print the costs, as ratios to what they are compared with
	@$(DEV) python benchmarks $(ARGS)

build:  ## make the sdist, and the wheel out of it, in dist
	@$(DEV) python -m build --no-isolation

constraints:  ## make constraints.txt from the newest versions that fit
	@$(PYTHON) .ci/constraints.py

clean:  ## remove the environment and all that was made
	@rm -rf $(or $(VENV),.venv) build dist out .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
