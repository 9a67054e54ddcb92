# Two commands do everything on a fresh machine: `make demo` and `make test`. Both install what is missing.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/.kiln/bin:$(PATH)

sources := $(shell find lib constructs stacks -name '*.ts' -o -name '*.js') package.json tsconfig.build.json $(wildcard scripts/*.mjs)

.PHONY: help demo test bench xen-proof lint format build clean setup
help:
	@printf '%s\n' 'make demo    real unikernels in QEMU, deployed, rolled and rolled back by Terraform' \
	  'make test    every test' 'make bench   every measurement' \
	  'make xen-proof  guests under a real Xen, on Debian 12' 'make lint    formatter, linter, types' \
	  'make build   the package, in dist/' 'make clean   removes what was built'

setup:
	@scripts/setup.sh build run

dist/.built: $(sources) | setup
	@npm run --silent build
	@touch $@

build: dist/.built

demo: build
	@$(MAKE) --no-print-directory -s -C examples/hello-unikernel
	@npx --no-install tsx scripts/demo.ts

test: build
	@scripts/setup.sh linux firmware
	@$(MAKE) --no-print-directory -s -C examples/hello-unikernel
	@npx --no-install jest $(JEST_ARGS)
	@KILN_TEST_CDK=cdktn npx --no-install jest test/constructs test/stacks --silent

bench: build
	@scripts/setup.sh bench
	@$(MAKE) --no-print-directory -s -C examples/hello-unikernel
	@npx --no-install tsx bench/all.ts

xen-proof: setup
	@scripts/setup.sh linux
	@npx --no-install tsx scripts/xen-proof.ts

lint: setup
	@npm run --silent lint

format: setup
	@npm run --silent format

clean:
	rm -rf dist coverage cdktf.out examples/*/cdktf.out
	$(MAKE) -s -C examples/hello-unikernel clean
	$(MAKE) -s -C examples/shop/unikernels clean
	$(MAKE) -s -C examples/linux-microvm clean
