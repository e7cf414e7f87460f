# Every command of the book. `make help` lists them; `make book` and `make test` need nothing installed beforehand.
SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; say another with `make PYTHON=/path/to/python3.12 book`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Compiled modules are kept, whatever the machine's own setting: else each of a hundred processes compiles the library anew.
export PYTHONDONTWRITEBYTECODE :=
FRONTEND := $(shell find dlmath_lib/explore/frontend -name node_modules -prune -o -type f -print) hatch_build.py
# As `make execute` stores the notebooks: one thread for each process, one order of hashes.
PYTEST := PYTHONHASHSEED=0 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 DLMATH_BOOK=_build/html \
	$(BIN)/python -m pytest -n 2 --dist loadfile --nbval --nbval-sanitize-with tests/book/nbval.cfg

.PHONY: help book test lab renew chapter check execute lint bench mutants lowest clean
help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "make %-8s  %s\n", $$1, $$2}'

book: $(VENV)/installed ## build the HTML book
	@$(BIN)/jupyter-book build . -W -n --keep-going -q
	@echo "The book lies in $(CURDIR)/_build/html/index.html"

test: $(VENV)/tools book ## run all the tests: library, notebooks (nbval), built book, browser
	@$(BIN)/python -m tests.browser.find || echo "The browser tests are skipped."
	@rm -rf _build/evidence
	DLMATH_EVIDENCE_WRITE=$(CURDIR)/_build/evidence $(PYTEST) --durations=10 tests chapters
	@echo "The notebooks again, as another processor computes them (what SymPy proved above is not proved anew):"
	DLMATH_EVIDENCE_READ=$(CURDIR)/_build/evidence $(BIN)/python -m dlmath_lib.book.execute --check --other-kernels

lab: $(VENV)/installed ## open your own copies of the chapters (my_book/) in JupyterLab; options: LAB="--allow-root --port=9000"
	@$(BIN)/python -m dlmath_lib.book.lab $(LAB)

renew: $(VENV)/installed ## take the book's newer version of a chapter into my_book/ (CHAPTER=networks/losses); yours is kept beside it
	@$(BIN)/python -m dlmath_lib.book.lab --renew "$(CHAPTER)"

chapter: $(VENV)/tools ## begin a chapter (NAME=subject/topic): notebook, exercises, contents, the subject's page
	@$(BIN)/python -m dlmath_lib.book.chapter "$(NAME)"

check: $(VENV)/tools ## run what one chapter needs (CHAPTER=networks/losses)
	@$(BIN)/python -m tests.check --ready "$(CHAPTER)"
	@$(MAKE) --no-print-directory book
	@DLMATH_BOOK=_build/html $(BIN)/python -m tests.check "$(CHAPTER)"

execute: $(VENV)/installed ## run the notebooks and store their outputs (all, or CHAPTER=networks/losses)
	@$(BIN)/python -m dlmath_lib.book.execute $(if $(CHAPTER),"chapters/$(CHAPTER).ipynb")

lint: $(VENV)/tools ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/tools book ## measure explorers and pages beside ipywidgets, a training step and optimizers beside PyTorch
	$(BIN)/python -m benchmarks.explorers
	$(BIN)/python -m benchmarks.training_step
	$(BIN)/python -m benchmarks.optimizers
	$(BIN)/python -m benchmarks.autodiff
	$(BIN)/python -m benchmarks.regularization
	$(BIN)/python -m benchmarks.normalization
	$(BIN)/python -m benchmarks.convolution

mutants: $(VENV)/tools ## plant faults one at a time and count how many the tests see (about ten minutes on two idle cores; ROWS="verify explorers" runs some)
	$(BIN)/python -m tests.mutants $(ROWS)

lowest: $(VENV)/tools ## run the library's tests and the notebooks (pictures apart) with the oldest versions that pyproject.toml declares
	@$(BIN)/python -m venv _build/lowest
	_build/lowest/bin/python -m pip install --disable-pip-version-check -q $$($(BIN)/python -m tests.lowest)
	PYTHONPATH=$(CURDIR) _build/lowest/bin/python -m dlmath_lib.book.execute --check --any-pictures
	PYTHONPATH=$(CURDIR) _build/lowest/bin/python -m pytest -q tests/lib

clean: ## remove what was built; the environment stays (rm -r .venv removes it)
	rm -rf _build dlmath_lib/explore/static dlmath_lib/explore/frontend/node_modules dlmath_lib/book/static/vendor
	rm -f $(VENV)/installed

# --- the environment -------------------------------------------------------------------------------------------------
# pip's lines are shortened to one for each package; what it complains of is kept in a log, and a failure is one line.
define install
	@$(BIN)/python -m pip install --disable-pip-version-check --retries 2 $(1) 2>$(VENV)/install.log \
	| sed -un 's/^Collecting \([^ ]*\).*/  fetch \1/p; s/^Installing collected packages.*/  install …/p' \
	|| { if grep -qiE 'connection|name resolution|timed out|proxy|registry must be reachable' $(VENV)/install.log; \
	then echo "make: the packages could not be fetched: no network? PyPI and the npm registry must be reachable (details: $(VENV)/install.log)"; \
	else tail -n 5 $(VENV)/install.log; echo "make: installing failed (details: $(VENV)/install.log)"; fi; exit 1; }
endef

$(VENV)/python:
	@[ -n "$(PYTHON)" ] || { echo "make: Python 3.11 or newer is needed, found $$(python3 --version 2>&1 || echo none): install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version 2>&1)"; exit 1; }
	@[ -w . ] || { echo "make: $(CURDIR) cannot be written to: copy the book to a folder of your own"; exit 1; }
	@echo "Making the environment $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV) || { echo "make: $(PYTHON) cannot make an environment; on Debian: apt install python3-venv"; exit 1; }
	@touch $@

$(VENV)/installed: $(VENV)/python requirements.txt pyproject.toml $(FRONTEND)
	@echo "Installing what requirements.txt names (a minute or two) …"
	$(call install,-r requirements.txt)
	@touch $@

# A change of the front end is built by the installation above, and asks for no other.
$(VENV)/tools: pyproject.toml | $(VENV)/installed
	@echo "Installing what the tests need …"
	$(call install,-e '.[test]')
	@echo "Installing Keras and JAX, which two chapters run (some 400 MB) …"
	@$(BIN)/python -m pip install --disable-pip-version-check --retries 2 -q \
	$$($(BIN)/python -m tests.frameworks) 2>>$(VENV)/install.log \
	|| echo "make: Keras and JAX cannot be installed here: the notebooks that need them are skipped (details: $(VENV)/install.log)"
	@touch $@
