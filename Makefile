# `make` alone prints the targets which have a `##` comment.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

SWIFT ?= swift
LEVERET := .build/debug/leveret
PYTHON := .venv/bin/python
REQUIREMENTS := Tests/InteropTests/requirements.txt
GENERATED := Sources/LeveretWire/Generated
SWIFT_FILES := Package.swift Sources Tests Benchmarks

# Which tests the Python suites run, and further arguments of the broker: `make run ARGUMENTS='--port 5673'`.
PYTHON_SUITES ?= Tests/InteropTests Tests/CrashTests Tests/FuzzTests
ARGUMENTS ?=
SEEDS ?= 1000
ROUNDS ?= 100
MINUTES ?= 10
SEED ?=
STAGE ?=
COUNT ?=

.PHONY: help
help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Use

.PHONY: run
run: release ## Build the broker and start it on 127.0.0.1:5672 (more: ARGUMENTS='--port 5673')
	@exec .build/release/leveret serve $(ARGUMENTS)

.PHONY: demo
demo: build ## Watch a broker which is killed under load lose nothing, in a temporary directory
	@$(LEVERET) demo

.PHONY: build
build: setup-build ## Build the command line tool for debugging
	@$(SWIFT) build --product leveret

# The linker strips the binary, so that a later build finds the file as it left it. Nobody looks for a program's symbols by
# name; without them the linker may leave out what is not used.
BUILD_RELEASE = PKG_CONFIG_PATH='$(STATIC_LIBRARIES)' $(SWIFT) build --configuration release --static-swift-stdlib \
    -Xlinker --no-export-dynamic
STATIC_LIBRARIES := $(CURDIR)/.build/static-libraries

# SQLite and the C++ runtime come along in the binary: where it runs it needs the C library and libgcc alone, and it
# starts without looking for them. Where there is no archive of one, the shared library is linked as in all other
# builds.
.PHONY: static-libraries
static-libraries: setup-build
	@mkdir -p $(STATIC_LIBRARIES)
	for library in sqlite3 stdc++; do
	    archive="$$(clang -print-file-name=lib$$library.a)"
	    ! test -f "$$archive" || ln -sf "$$archive" $(STATIC_LIBRARIES)/
	done
	{
	    printf 'Name: SQLite\nDescription: SQL database engine\nVersion: 3\n'
	    printf 'Libs: -L%s -lsqlite3 -lm\nCflags: %s\n' '$(STATIC_LIBRARIES)' "$$(pkg-config --cflags sqlite3)"
	} > $(STATIC_LIBRARIES)/sqlite3.pc

.PHONY: release
release: static-libraries ## Build the stripped release binary with a static Swift runtime: .build/release/leveret
	@$(BUILD_RELEASE) -Xlinker -s --product leveret

.PHONY: release-symbols
release-symbols: static-libraries ## Build the release binary with its symbols, for profiles: .build-symbols/release/leveret
	@$(BUILD_RELEASE) --product leveret --scratch-path .build-symbols

# --- Test

# The contract tests run over RabbitMQ too where it is installed. Unless told otherwise, Swift Testing starts all tests at
# once: then each waits seconds for its turn at every await, and those with a deadline miss it.
.PHONY: test
test: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH := 4
test: setup ## Build once and pass all tests: Swift, foreign clients, kill and restart
	@mkdir -p .build/logs
	$(SWIFT) build --build-tests
	status=0
	python3 Tests/rabbitmq_process.py $(SWIFT) test --skip-build --disable-xctest 2>&1 \
	    | tee .build/logs/swift-tests.txt || status=1
	LEVERET_BINARY="$$PWD/$(LEVERET)" $(PYTHON) -m pytest --quiet $(PYTHON_SUITES) 2>&1 \
	    | tee .build/logs/python-tests.txt || status=1
	swift=$$(grep -a 'Test run with' .build/logs/swift-tests.txt | tail -n 1 | sed 's/^[^T]*//' || true)
	printf '\nSwift   %s\n' "$${swift:-the run did not come to its end}"
	printf 'Python  %s\n' "$$(tail -n 1 .build/logs/python-tests.txt)"
	exit $$status

.PHONY: simulate
simulate: setup-build ## Run the broker through many simulated lives with faulty disks (SEEDS=1000, or SEED=)
	@$(run-simulation)

.PHONY: simulate-wire
simulate-wire: STAGE := --wire
simulate-wire: setup-build ## Run the server and its clients over many simulated bad networks (SEEDS=1000, or SEED=)
	@$(run-simulation)

# One process for each core; each runs its share of the seeds, and says which of them failed and why.
define run-simulation
    $(SWIFT) build --configuration release --product LeveretSimulate
    if [ -n "$(SEED)" ]; then exec .build/release/LeveretSimulate $(STAGE) $(SEED) $(SEED); fi
    jobs=$$(getconf _NPROCESSORS_ONLN)
    logs=$$(mktemp -d)
    trap 'rm -rf "$$logs"' EXIT
    running=()
    for job in $$(seq "$$jobs"); do
        .build/release/LeveretSimulate $(STAGE) "$$job" $(SEEDS) "$$jobs" >"$$logs/$$job" 2>&1 &
        running+=($$!)
    done
    status=0
    for process in "$${running[@]}"; do wait "$$process" || status=1; done
    grep --no-filename --invert-match --extended-regexp '^([0-9]+ [0-9]+|[A-Za-z]+: [0-9]+)$$' "$$logs"/* || true
    echo "$$(cat "$$logs"/* | grep --count --extended-regexp '^[0-9]+ [0-9]+$$') of $(SEEDS) seeds kept every promise"
    exit $$status
endef

.PHONY: simulate-mutants
simulate-mutants: setup-build ## Plant bugs into a copy of the broker, and count the seeds until each is found
	@python3 Tests/Mutants/mutants.py

.PHONY: soak
soak: release setup-test ## Run a mixed load for MINUTES=10 and draw what it takes: Docs/soak.svg
	@$(PYTHON) Benchmarks/soak.py --minutes $(MINUTES)

.PHONY: overload
overload: release setup-test ## Measure what abusive clients cost the others: Benchmarks/OVERLOAD.md
	@$(PYTHON) Benchmarks/overload.py

.PHONY: kill
kill: setup build ## Kill the broker under load, restart it, count every confirmed message (ROUNDS=100)
	@export LEVERET_BINARY="$$PWD/$(LEVERET)" LEVERET_KILL_ROUNDS=$(ROUNDS)
	$(PYTHON) -m pytest --quiet Tests/CrashTests

# The codec first, in the test process; then a real broker, one damaged session after the other.
.PHONY: fuzz
fuzz: setup-build setup-test ## Send damaged sessions for MINUTES=10; a failure says how to replay it (SEED=, COUNT=)
	@$(SWIFT) build --build-tests
	[ -n "$(SEED)" ] || LEVERET_FUZZ_SEEDS=200 $(SWIFT) test --skip-build --disable-xctest --filter FuzzTests
	LEVERET_BINARY="$$PWD/$(LEVERET)" $(PYTHON) Tests/FuzzTests/fuzz.py --minutes $(MINUTES) \
	    $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

.PHONY: lint
lint: setup-swift ## Check the format and the documentation comments of all Swift files
	@$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_FILES)

.PHONY: format
format: setup-swift ## Format all Swift files in place
	@$(SWIFT) format --in-place --parallel --recursive $(SWIFT_FILES)

.PHONY: generate
generate: setup-build ## Write the protocol's methods anew from their definition
	@$(SWIFT) build --product LeveretCodegen
	rm -rf $(GENERATED)
	.build/debug/LeveretCodegen --output $(GENERATED)

.PHONY: generate-check
generate-check: setup-build ## Check that the generated files are what the definition says
	@$(SWIFT) build --product LeveretCodegen
	fresh=$$(mktemp -d)
	trap 'rm -rf "$$fresh"' EXIT
	.build/debug/LeveretCodegen --output "$$fresh"
	if ! diff -r $(GENERATED) "$$fresh"; then
	    echo "$(GENERATED) differs from what LeveretCodegen writes: run 'make generate' and commit the result" >&2
	    exit 1
	fi

# --- Measure

# Further arguments: `make bench BENCH='--scenarios S1,S3a --rounds 1'`.
BENCH ?=

.PHONY: bench
bench: release setup-bench ## Measure Leveret beside RabbitMQ in one run and write Benchmarks/RESULTS.md
	@LEVERET_BENCHMARKS=1 $(BUILD_RELEASE) -Xlinker -s --product LeveretBare
	python3 Benchmarks/compare.py $(BENCH)

.PHONY: bench-micro
bench-micro: static-libraries ## Measure codec, core, routing, journal and in process; write Benchmarks/MICRO.md
	@LEVERET_BENCHMARKS=1 $(BUILD_RELEASE) -Xlinker -s --product LeveretMicro
	python3 Benchmarks/micro.py $(BENCH)

.PHONY: bench-costs
bench-costs: release setup-bench ## Measure how costs grow with sizes, depths and numbers; write Benchmarks/COSTS.md
	@python3 Benchmarks/costs.py $(BENCH)

.PHONY: counts
counts: setup-counts static-libraries ## Count what a message costs the core (allocations, instructions, ...), against what is checked in
	@LEVERET_BENCHMARKS=1 $(BUILD_RELEASE) -Xlinker -s --product LeveretCounts
	python3 Benchmarks/counts.py $(BENCH)

# --- Machine

.PHONY: setup
setup: setup-build setup-test ## Install what building and testing need, or say what to install

.PHONY: setup-swift
setup-swift:
	@command -v $(SWIFT) >/dev/null && exit 0
	echo "Swift 6.2 or later is needed: https://www.swift.org/install/linux" >&2
	exit 1

.PHONY: setup-build
setup-build: setup-swift
	@packages=()
	command -v pkg-config >/dev/null || packages+=(pkg-config)
	pkg-config --exists sqlite3 2>/dev/null || packages+=(libsqlite3-dev)
	$(install-packages)

# Python and its packages are for the tests alone. Debian's python3 comes without the module `ensurepip`, which
# makes virtual environments; the package python3-venv has it.
.PHONY: setup-test
setup-test:
	@packages=()
	command -v amqp-publish >/dev/null || packages+=(amqp-tools)
	command -v openssl >/dev/null || packages+=(openssl)
	command -v strace >/dev/null || packages+=(strace)
	command -v python3 >/dev/null || packages+=(python3)
	python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
	$(install-packages)
	if ! cmp --silent $(REQUIREMENTS) .venv/installed-requirements.txt; then
	    $(PYTHON) -m pip --version >/dev/null 2>&1 || python3 -m venv --clear .venv
	    $(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $(REQUIREMENTS)
	    cp $(REQUIREMENTS) .venv/installed-requirements.txt
	fi

# RabbitMQ is wanted for comparison only. Debian starts it when it is installed; the benchmark starts its own.
.PHONY: setup-bench
setup-bench:
	@packages=()
	command -v python3 >/dev/null || packages+=(python3)
	[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || packages+=(rabbitmq-server)
	$(install-packages)

# Counts instructions; without it the other counts are still taken.
.PHONY: setup-counts
setup-counts: setup-build
	@packages=()
	command -v python3 >/dev/null || packages+=(python3)
	command -v valgrind >/dev/null || packages+=(valgrind)
	$(install-packages)

# Installs the Debian packages in the array `packages`; without the right to do so, says what to type.
define install-packages
	if [ "$${#packages[@]}" -gt 0 ]; then
	    if ! command -v apt-get >/dev/null; then
	        echo "please install what Debian calls $${packages[*]}, then try again" >&2
	        exit 1
	    elif [ "$$(id -u)" = 0 ]; then
	        sudo=()
	    elif sudo -n true 2>/dev/null; then
	        sudo=(sudo -n)
	    else
	        echo "please run this, then try again:" >&2
	        echo "    sudo apt-get update && sudo apt-get install --yes $${packages[*]}" >&2
	        exit 1
	    fi
	    echo "installing $${packages[*]}"
	    "$${sudo[@]}" apt-get update -qq
	    "$${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
	        apt-get install --yes --no-install-recommends -qq "$${packages[@]}" >/dev/null
	fi
endef

.PHONY: clean
clean: ## Remove everything that was built or installed in this folder
	@rm -rf .build .venv
