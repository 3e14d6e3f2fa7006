# SPDX-License-Identifier: Apache-2.0
# `make run` replays a recorded driver on the RTL, `make test` runs every test; both install what is
# missing (Debian 12 or 13) and build. `make help` lists the rest.
BUILD ?= build
JOBS  ?= $(shell nproc)
TRACE ?= sim/traces/linux61-blk-lazy.trace.gz
ARGS  ?=
TIME  ?= 0
COUNT ?= 270
WAVE  ?= $(BUILD)/waves/run.fst

export CCACHE_DIR ?= $(HOME)/.cache/ccache

.PHONY: help run linux vms bounce program build bench scale test test-long coverage mutants lint format synth netlist waves docs findings clean

help:
	@echo "make run        replay $(TRACE) on the RTL and check everything"
	@echo "make linux      boot Debian's kernel in QEMU with the RTL as its remapping unit"
	@echo "make vms        the same with two virtual machines that own devices; one attacks"
	@echo "make bounce     bounce buffers with the unit and without it: the table of docs/bounce-buffers.md"
	@echo "make test       lint, synthesis and every test"
	@echo "make test-long  the trace under many memory timings, more random machines (SEEDS=n)"
	@echo "make coverage   what the tests reach: lines, toggles, situations ($(BUILD)/coverage/index.html)"
	@echo "make mutants    break the RTL in 300 ways: do the tests notice? Resumes; TIME=minutes COUNT=n"
	@echo "make bench      clocks and rates: tables, plots and JSON in $(BUILD)/bench, docs/performance.md"
	@echo "make scale      many ports on a cycle model, itself held to the RTL: the tables of docs/scale.md"
	@echo "make build      the program $(BUILD)/dmar with every configuration"
	@echo "make waves      record a wave and open it in GTKWave"
	@echo "make synth      three configurations for iCE40, ECP5, Xilinx 7 and standard cells; docs/fpga.md"
	@echo "make lint       static checks only"
	@echo "make format     clang-format the C++ sources"
	@echo "make docs       generate docs/registers.md, rtl/dmar_params.sv, rtl/dmar_parameters.svh and the tables of parameters"
	@echo "make findings   what surprised us in other tools: is it still so? (needs the network)"
	@echo "make clean      remove $(BUILD)"
	@echo "Variables: BUILD=dir JOBS=n TRACE=file ARGS='options of dmar run, vm or vms' WAVE=file.fst"

run: program
	$(BUILD)/dmar run $(TRACE) $(ARGS)

linux:
	@sim/setup/packages.sh linux
	@$(MAKE) --no-print-directory program
	$(BUILD)/dmar vm $(ARGS)

# MEGABYTES=n: data in each direction.
bounce:
	@sim/setup/packages.sh linux
	@$(MAKE) --no-print-directory program
	sim/guest/bounce.py $(BUILD) $(MEGABYTES)

vms:
	@sim/setup/packages.sh linux
	@$(MAKE) --no-print-directory program
	$(BUILD)/dmar vms $(ARGS)

# The first `make run`, `make linux` or `make vms` compiles one configuration of the RTL, unless
# ARGS ask for another; `make build` and `make test` compile all.
program:
	@sim/setup/packages.sh build
	@if [ -f $(BUILD)/CMakeCache.txt ]; then sim/setup/configure.sh $(BUILD) --if-new; \
	 else sim/setup/configure.sh $(BUILD) "-DDMAR_MODELS=default"; fi
	@$(if $(findstring --config,$(ARGS))$(findstring --aw,$(ARGS)),\
	   sim/setup/configure.sh $(BUILD) --if-new "-DDMAR_MODELS=",:)
	cmake --build $(BUILD) -j $(JOBS) --target dmar

build:
	@sim/setup/packages.sh build
	@sim/setup/configure.sh $(BUILD) --if-new "-DDMAR_MODELS="
	cmake --build $(BUILD) -j $(JOBS) --target dmar

# Ends with what it measured in docs/performance.md.
bench:
	@sim/setup/packages.sh bench
	@if [ -f $(BUILD)/CMakeCache.txt ]; then models=; else models='-DDMAR_MODELS=default;server'; fi; \
	  sim/setup/configure.sh $(BUILD) --if-new -DDMAR_CORE_MODELS=all $${models:+"$$models"}
	cmake --build $(BUILD) -j $(JOBS) --target dmar dmar_bench_models
	@mkdir -p $(BUILD)/bench
	$(BUILD)/dmar bench --json $(BUILD)/bench/bench.json --plots $(BUILD)/bench \
	  --update-docs docs/performance.md $(ARGS) > $(BUILD)/bench/bench.txt
	@cat $(BUILD)/bench/bench.txt
	cp $(BUILD)/bench/bench-*.svg docs/images

# Minutes; ends with what it measured in docs/scale.md.
scale:
	@sim/setup/packages.sh build
	@if [ -f $(BUILD)/CMakeCache.txt ]; then models=; else models=-DDMAR_MODELS=default; fi; \
	  sim/setup/configure.sh $(BUILD) --if-new -DDMAR_CORE_MODELS=default $${models:+"$$models"}
	cmake --build $(BUILD) -j $(JOBS) --target dmar dmar_core_default
	$(BUILD)/dmar scale --traces sim/traces --area docs/fpga.md --update-docs docs/scale.md $(ARGS)

test:
	@sim/setup/packages.sh test
	@BUILD=$(BUILD) JOBS=$(JOBS) sim/setup/test.sh

test-long:
	@sim/setup/packages.sh test
	@BUILD=$(BUILD) JOBS=$(JOBS) sim/setup/test_long.sh

coverage:
	@sim/setup/packages.sh coverage
	@JOBS=$(JOBS) sim/coverage/run.sh $(BUILD)/coverage

mutants:
	@sim/setup/packages.sh test
	@JOBS=$(JOBS) TIME=$(TIME) COUNT=$(COUNT) sim/mutation/run.sh $(BUILD)/mutation

lint:
	@sim/setup/packages.sh test
	@BUILD=$(BUILD) sim/lint/run.sh

format:
	sim/lint/format.sh

synth:
	@sim/setup/packages.sh synth
	@sim/synth/run.sh $(BUILD)/synth

netlist:
	@sim/setup/packages.sh test
	@sim/synth/netlist.sh $(BUILD)/netlists

# Outside the tests: each installs the versions that it speaks of, in a temporary folder.
findings:
	@failed=; for script in findings/*.sh; do \
	  echo "== $$script"; bash $$script || failed="$$failed $$script"; \
	done; [ -z "$$failed" ] || { echo "no longer as described:$$failed"; exit 1; }

waves: program
	@sim/setup/packages.sh waves
	@mkdir -p $(dir $(WAVE))
	$(BUILD)/dmar run $(TRACE) --wave $(WAVE) --wave-from 300 --wave-to 700 $(ARGS)
	gtkwave $(WAVE) sim/waves/dmar.gtkw

docs: program
	python3 sim/lint/parameters.py --write
	$(BUILD)/dmar registers --markdown > docs/registers.md

clean:
	rm -rf $(BUILD)
