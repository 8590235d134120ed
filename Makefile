# Muster's commands for people and for CI. `make` lists them.
#
#   make serve  LISTEN=127.0.0.1:8080  DB=var/db
#   make check  PRESET=release|debug|asan|tsan

LISTEN ?= 127.0.0.1:8080
DB ?= var/db
PRESET ?= release
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 600
SOAK_COUNT ?=

# The Debian packages that each target needs. Nobody else lists them.
ENGINE_PACKAGES := g++ cmake ninja-build pkg-config ccache \
  libabsl-dev rapidjson-dev liblmdb-dev libsodium-dev
SERVE_PACKAGES := $(ENGINE_PACKAGES) libboost-dev libcli11-dev libh2o-evloop-dev libssl-dev
HTTP_PACKAGES := libasio-dev libcivetweb-dev libcpp-httplib-dev libevent-dev libh2o-evloop-dev \
  libmicrohttpd-dev librestinio-dev libssl-dev
BUILD_PACKAGES := $(SERVE_PACKAGES) $(HTTP_PACKAGES) gcc libgtest-dev libgmock-dev libcmocka-dev \
  pybind11-dev python3-dev
PYTHON_SERVER_PACKAGES := gunicorn uvicorn python3-flask python3-starlette mypy
CHECK_PACKAGES := $(BUILD_PACKAGES) $(PYTHON_SERVER_PACKAGES) python3-pytest python3-jsonschema \
  python3-yaml python3-jinja2 clang-format curl git nghttp2-client valgrind
BENCH_PACKAGES := $(ENGINE_PACKAGES) libbenchmark-dev libsqlite3-dev librocksdb-dev \
  python3-matplotlib
BENCH_HTTP_PACKAGES := $(BENCH_PACKAGES) $(SERVE_PACKAGES) $(HTTP_PACKAGES) nginx-light wrk
# For the module of bindings/c/nginx, which is built where they are.
NGINX_PACKAGES := nginx nginx-dev
BENCH_GO_PACKAGES := $(BENCH_PACKAGES) golang-go golang-github-hashicorp-go-memdb-dev
FUZZ_PACKAGES := $(BUILD_PACKAGES) clang libclang-rt-14-dev
FORMAT_PACKAGES := clang-format git
DOCS_PACKAGES := python3-yaml python3-jinja2
# A Node.js that is there already, from wherever, is as good as Debian's.
ifeq ($(shell command -v node >/dev/null && command -v npm >/dev/null && echo yes),)
  CHECK_PACKAGES += nodejs npm ca-certificates
endif

# ThreadSanitizer needs a memory layout that address randomisation can spoil.
ifeq ($(PRESET),tsan)
  RUN := $(shell setarch -R true 2>/dev/null && echo setarch -R)
endif

# The first line of every recipe: what the target does, as `make help` has it.
announce = @sed -n 's/^$@:.*\#\# /$@: /p' $(firstword $(MAKEFILE_LIST))
need = @sh cmake/install-debian-packages.sh

.PHONY: help serve check build bench bench-quick bench-go bench-http fuzz soak deps docs format clean
.NOTPARALLEL:

help: ## Lists the targets.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

serve: ## Builds the command and serves the catalog in DB on LISTEN; a new DB gets data/catalog.json.
	$(announce)
	$(need) $(SERVE_PACKAGES)
	@# A build that is there may have more in it than the command: it is left so.
	@test -e build/build.ninja || \
	  cmake --preset release -DMUSTER_BUILD_PYTHON=OFF -DMUSTER_BUILD_TESTS=OFF
	@cmake --build build --target muster
	@sh data/create-store.sh build/muster "$(DB)" data/catalog.json
	@exec build/muster serve --listen "$(LISTEN)" --db "$(DB)"

check: ## Builds everything and runs every test; PRESET=debug, asan or tsan for another build.
	$(announce)
	$(need) $(CHECK_PACKAGES)
	@$(RUN) cmake --preset "$(PRESET)" -DMUSTER_BUILD_PYTHON=ON -DMUSTER_BUILD_TESTS=ON
	@$(RUN) cmake --build --preset "$(PRESET)"
	@$(RUN) ctest --preset "$(PRESET)"

build: ## Builds everything into build/: build/muster, the library, build/python, the tests.
	$(announce)
	$(need) $(BUILD_PACKAGES)
	@cmake --preset release -DMUSTER_BUILD_PYTHON=ON -DMUSTER_BUILD_TESTS=ON
	@cmake --build --preset release

# The programs of bench/, in whatever build is there.
define build-bench
  @test -e build/build.ninja || cmake --preset release -DMUSTER_BUILD_PYTHON=OFF \
    -DMUSTER_BUILD_TESTS=OFF -DMUSTER_BUILD_CLI=OFF
  @cmake -DMUSTER_BUILD_BENCH=ON build
  @cmake --build build --target muster_bench
endef

bench: ## Measures everything, in about twelve minutes, and writes docs/benchmarks.md.
	$(announce)
	$(need) $(BENCH_PACKAGES)
	$(build-bench)
	@/usr/bin/python3 -B bench/run.py build/bench

bench-quick: ## Measures the figures of build/bench/summary.json, in two minutes.
	$(announce)
	$(need) $(BENCH_PACKAGES)
	$(build-bench)
	@/usr/bin/python3 -B bench/run.py --quick build/bench

bench-go: ## Measures go-memdb and puts it beside the others in docs/benchmarks.md.
	$(announce)
	$(need) $(BENCH_GO_PACKAGES)
	$(build-bench)
	@GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$(CURDIR)/build/bench/go-cache" \
	  go build -o build/bench/bench_go ./bench/go
	@/usr/bin/python3 -B bench/run.py --go build/bench

bench-http: ## Measures the servers over loopback, in eight minutes, and puts them beside the others.
	$(announce)
	$(need) $(BENCH_HTTP_PACKAGES)
	@test -e build/build.ninja || cmake --preset release -DMUSTER_BUILD_PYTHON=OFF \
	  -DMUSTER_BUILD_TESTS=OFF
	@cmake -DMUSTER_BUILD_BENCH=ON -DMUSTER_BUILD_CLI=ON build
	@cmake --build build --target muster_bench_http
	@/usr/bin/python3 -B bench/run.py --http build/bench

soak: ## Kills writers, cuts the power and flips bytes for SOAK_SECONDS=600, or SOAK_COUNT times each.
	$(announce)
	$(need) $(BUILD_PACKAGES)
	@cmake --preset release -DMUSTER_BUILD_TESTS=ON
	@cmake --build build --target muster durability_kills durability_power_cuts \
	  durability_damage_test
	@sh tests/durability/soak.sh "$(CURDIR)/build" "$(SOAK_SECONDS)" "$(SOAK_COUNT)"

deps: ## Installs every Debian package that any target needs and that is missing.
	$(announce)
	$(need) $(sort $(CHECK_PACKAGES) $(BENCH_HTTP_PACKAGES) $(BENCH_GO_PACKAGES) $(FUZZ_PACKAGES) $(FORMAT_PACKAGES) $(NGINX_PACKAGES))

fuzz: ## Looks for inputs that break the rendered list, for FUZZ_SECONDS=60.
	$(announce)
	$(need) $(FUZZ_PACKAGES)
	@cmake --preset fuzz -DMUSTER_BUILD_TESTS=ON
	@cmake --build --preset fuzz
	@build-fuzz/tests/fuzz/rendered_list_fuzzer -max_total_time=$(FUZZ_SECONDS)

docs: ## Renders docs/openapi.html from docs/openapi.yaml.
	$(announce)
	$(need) $(DOCS_PACKAGES)
	@/usr/bin/python3 -B docs/render_openapi.py

format: ## Brings the C and C++ files into the project's format.
	$(announce)
	$(need) $(FORMAT_PACKAGES)
	@git ls-files -z --cached --others --exclude-standard '*.h' '*.c' '*.cc' | \
	  xargs -0 clang-format -i

clean: ## Removes what was built; catalogs stay.
	$(announce)
	@rm -rf build build-debug build-asan build-tsan build-fuzz
