# Each target does its own set-up. By default everything lives in .venv, made from BASE_PYTHON; with
# `make test PYTHON=/some/env/bin/python` that environment is used as it is and nothing is installed.

BASE_PYTHON ?= python3
JOBS ?= 2
# Per cent of src/ that a whole run of the tests must reach, branches counted.
COVERAGE_MIN := 85
ARGS ?=

VENV := .venv
ifeq ($(origin PYTHON),command line)
  ENVIRONMENT :=
else
  # The environment variable PYTHON is set on some machines for other ends: only the command line counts.
  override PYTHON := $(CURDIR)/$(VENV)/bin/python
  ENVIRONMENT := $(VENV)/.ready
endif
BIN := $(patsubst %/,%,$(dir $(PYTHON)))

# The environment's own cmake, ninja and cython come first; `src` on the path serves environments without the package.
export PATH := $(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/src$(if $(PYTHONPATH),:$(PYTHONPATH))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

.DEFAULT_GOAL := help
.PHONY: help venv dev build test pytest exhaustive nightly attacks fuzz coverage ctest lint format demo bench wheel sdist clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  PYTHON=PATH uses that environment as it is; BASE_PYTHON=PATH (python3) makes .venv; ARGS=... goes to pytest,"
	@echo "  demo or bench; JOBS=N ($(JOBS)) compiles and tests N at a time."

venv: $(ENVIRONMENT) ## make .venv with the package (editable) and the tools for working on it

$(VENV)/.ready: pyproject.toml cmake/make_venv.sh
	@sh cmake/make_venv.sh "$(BASE_PYTHON)" "$(VENV)"
	@touch $@

dev: $(ENVIRONMENT) ## compile what changed; extension modules land beside their sources
	@sh cmake/configure_dev.sh "$(PYTHON)"
	@cmake --build --preset dev

build: dev ## the same as dev

test: ctest pytest ## run the C tests and the Python tests

# Processes that tests start read their modules compiled, whatever the environment says of writing them.
pytest: export PYTHONDONTWRITEBYTECODE :=
pytest: dev ## run the Python tests only (ARGS="tests/ir -k text" for some of them)
	@$(PYTHON) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

exhaustive: export BELLJAR_WHOLE := 1
exhaustive: pytest ## the Python tests, with every law of traces, profiles and rooting on all programs of the corpus: takes twice the time

nightly: dev ## compare 20,000 random programs on every engine and on CPython; goes on where it stopped (ARGS="--programs 500")
	@$(PYTHON) -m tests.agreement.nightly --jobs $(JOBS) $(ARGS)

attacks: dev ## every hostile program in every place, an hour or more (ARGS="--place vm" in one, ARGS=unicode some of them)
	@$(PYTHON) -m tests.attacks $(ARGS)

# AddressSanitizer sees what is allocated by malloc, so Arrow is to use that; and it writes to all of it, so that a damaged file may not ask for gigabytes. The C++ of Arrow throws, for which the library must be there from the start.
fuzz: $(ENVIRONMENT) ## hostile inputs of all kinds, the C code under ASan and UBSan (ARGS="--seconds 1200", "--target images")
	@cmake --preset fuzz --log-level=WARNING -DPython_EXECUTABLE="$(PYTHON)"
	@cmake --build --preset fuzz
	@LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) $$($(CC) -print-file-name=libstdc++.so)" \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=1024 UBSAN_OPTIONS=print_stacktrace=1 ARROW_DEFAULT_MEMORY_POOL=system \
	  BELLJAR_CACHE=build/fuzz/cache PYTHONPATH="$$PYTHONPATH:$(CURDIR)" $(PYTHON) -m tests.fuzz --modules build/fuzz/modules $(ARGS)

coverage: export PYTHONDONTWRITEBYTECODE :=
coverage: dev ## the same, with the coverage of src/: takes twice the time
	@$(PYTHON) -m pytest -n $(JOBS) --dist loadgroup --cov --cov-report=term $(if $(ARGS),,--cov-fail-under=$(COVERAGE_MIN)) $(ARGS)

ctest: $(ENVIRONMENT) ## run the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake --preset sanitize --log-level=WARNING
	@cmake --build --preset sanitize
	@ctest --preset sanitize -j $(JOBS)

lint: $(ENVIRONMENT) ## ruff, mypy --strict, C with warnings as errors
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@cmake --preset sanitize --log-level=WARNING
	@cmake --build --preset sanitize

format: $(ENVIRONMENT) ## let ruff write what `make lint` would refuse and can be mended by machine
	@$(PYTHON) -m ruff check --fix-only .
	@$(PYTHON) -m ruff format .

demo: dev ## run the flights rule over 336,776 real rows
	@$(PYTHON) examples/flights/demo.py $(ARGS)

ifeq ($(ENVIRONMENT),)
bench: dev ## measure against the peers, answers checked first
else
bench: dev $(VENV)/.bench
endif
	@$(PYTHON) -m bench $(ARGS)

$(VENV)/.bench: $(VENV)/.ready
	@$(PYTHON) -m pip install --quiet --no-build-isolation -e '.[bench]'
	@touch $@

wheel: ## build, repair and prove a manylinux wheel for each Python 3.10+ found here
	@sh wheels/build.sh

sdist: $(ENVIRONMENT) ## build the source distribution into dist/
	@$(PYTHON) -m pip install --quiet --group wheels
	@$(PYTHON) -m build --sdist --outdir dist

clean: ## remove everything that was built, .venv included
	rm -rf build dist wheels/out $(VENV) .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests bench examples -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	find src -name '*.so' -delete
