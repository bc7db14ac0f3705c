# What is done with this repository. Each target says in one line what it does; `make` alone lists them.
# Rust (with rustup) and Node.js are assumed; what else is missing is installed on Debian.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
export CARGO_TARGET_DIR := $(TARGET)
# models are fetched once for a user, whatever is built from whichever copy of the repository
export LANTAI_MODELS := $(or $(LANTAI_MODELS),$(or $(XDG_DATA_HOME),$(HOME)/.local/share)/lantai/models)

.PHONY: help build demo test bench lint format tools packages-build packages-test models web rust-lint web-lint rust-test web-test browser-test judges

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/  make \1\t\2/' | expand -t 20

build: packages-build web ## build the pages and the program: target/release/lantai
	cargo build --release --locked -p lantai
	@echo "built $(TARGET)/release/lantai"

demo: build ## build, fill an archive with the demonstration collection, serve it and print its address
	scripts/models $(TARGET)/release/lantai
	$(TARGET)/release/lantai demo

test: packages-test web lint rust-test web-test browser-test judges ## everything: lint, Rust, pages, browser, independent judges
	@echo "all tests passed"

bench: build ## measure intake, search and the stores on this machine, as JSON in target/bench
	scripts/bench $(TARGET)/release/lantai $(TARGET)/bench

lint: rust-lint web-lint ## format, lints, licences: what a machine can say about the house rules

format: ## write the usual form of every source file
	cargo fmt --all
	cd web && npm run --silent format

# The parts of the above, for one's own use.

tools:
	@scripts/check-tools

packages-build: tools
	@scripts/install-packages build

packages-test: tools
	@scripts/install-packages build test

# what npm installed is newer than what it was told to install
web/node_modules/.package-lock.json: web/package-lock.json | tools
	cd web && npm ci --no-audit --no-fund
	@touch $@

web: web/node_modules/.package-lock.json
	cd web && npm run --silent build

rust-lint: tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny --locked check; else echo "cargo-deny is not installed: licences are checked by the tests alone"; fi

web-lint: web/node_modules/.package-lock.json
	cd web && npm run --silent lint

models: packages-test web
	scripts/models

rust-test: models
	scripts/with-postgres cargo test --workspace --locked

web-test: web/node_modules/.package-lock.json
	cd web && npm test

browser-test: models
	scripts/browser-tests

judges: packages-test
	scripts/judges
