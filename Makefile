# The commands a person needs. Everything they do is in tools/ and the CMake presets.
#
#   make run      build and serve on http://localhost:8000   (PORT, HOST, DATA)
#   make test     every test that needs no system daemon
#   make help     the rest

PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= data
JOBS ?= $(shell nproc)
PYTHON ?= python3
FUZZ_SECONDS ?= 600

.DEFAULT_GOAL := help
.PHONY: help deps build run test test-asan test-tsan test-system test-debian13 fuzz bench format check-format lint clean

help:
	@echo "make run          build, then serve on http://localhost:$(PORT) (PORT, HOST, DATA)"
	@echo "make build        build/release/glyphd and all it needs beside it"
	@echo "make test         build and run every test that needs no system daemon"
	@echo "make test-asan    the same C++ and integration tests under AddressSanitizer and UBSan"
	@echo "make test-tsan    the C++ tests under ThreadSanitizer"
	@echo "make test-system  real browser: a missing part is a failure, not a skip"
	@echo "make test-debian13  build and run in a fresh Debian 13 root (needs root)"
	@echo "make fuzz         libFuzzer over decoders, multipart and JSON (FUZZ_SECONDS each)"
	@echo "make bench        the comparison table of bench/"
	@echo "make format lint  clang-format in place; clang-format, clang-tidy and layers as checks"
	@echo "make deps clean   what the build needs; throw away build/"

deps:
	@$(PYTHON) -c pass 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get -q update >/dev/null \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3 >/dev/null; } \
	  || { echo "make deps: python3 is missing; as root: apt-get install python3"; exit 1; }
	@$(PYTHON) tools/deps.py build

build: deps
	@cmake --preset release >build-release.log 2>&1 || { cat build-release.log; rm -f build-release.log; exit 1; }
	@rm -f build-release.log
	@cmake --build --preset release -j $(JOBS)

run: build
	@build/release/glyphd serve --host "$(HOST)" --port "$(PORT)" --data "$(DATA)"

test: build
	@$(PYTHON) tools/deps.py build test
	@rm -rf build/release/test-results
	@$(PYTHON) tools/test.py run build/release ctest tools web integration

test-asan: deps
	@$(PYTHON) tools/deps.py build test
	@cmake --preset asan >/dev/null && cmake --build --preset asan -j $(JOBS)
	@rm -rf build/asan/test-results
	@$(PYTHON) tools/test.py run build/asan ctest integration

test-tsan: deps
	@cmake --preset tsan >/dev/null && cmake --build --preset tsan -j $(JOBS)
	@rm -rf build/tsan/test-results
	@$(PYTHON) tools/test.py run build/tsan ctest

test-system: build
	@$(PYTHON) tools/deps.py build test system-test
	@$(PYTHON) tools/test.py run build/release browser

test-debian13: build
	@$(PYTHON) tools/deps.py build test system-test
	@$(PYTHON) tools/test.py run build/release debian13

fuzz:
	@$(PYTHON) tools/deps.py build test
	@cmake --preset fuzz >/dev/null && cmake --build --preset fuzz -j $(JOBS)
	@$(PYTHON) tools/fuzz.py build/fuzz $(FUZZ_SECONDS)

bench: build
	@$(PYTHON) tools/deps.py build bench
	@$(PYTHON) bench/run.py

format:
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 -i

check-format:
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 --dry-run -Werror
	@echo "format: every file is laid out as clang-format would"

lint: check-format
	@$(PYTHON) tools/check_layers.py
	@$(PYTHON) tools/tidy.py build/release

clean:
	@rm -rf build
