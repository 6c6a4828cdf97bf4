# Sourced by the benchmarks: where the peers and the generated log are, and how to get them.
peers=$(cd "${LOTSE_PEERS:-$root/../shared/peers}" && pwd)
scratch=${LOTSE_BENCH_DIR:-/tmp/lotse-bench}
build=${LOTSE_BUILD:-$root/build/bench}
deps=${LOTSE_DEPS:-$root/.deps}
events=10000000
mkdir -p "$scratch"
say() { printf '%s\n' "$*" >&2; }

options() {  # sets `events` and `runs`
  while [ $# -gt 0 ]; do
    case $1 in
      --events) events=$2; shift 2 ;;
      --runs) runs=$2; shift 2 ;;
      *) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
  done
}

build_bench() {  # target
  say "building $1 …"
  [ -e "$build/CMakeCache.txt" ] || cmake --preset bench -S "$root" -B "$build" >/dev/null
  cmake --build "$build" --target "$1" >/dev/null
}

make_log() {  # sets `data`: events.bin, events.csv, events.ndjson
  data=$scratch/d$events
  [ ! -e "$data/events.bin" ] || return 0
  say "making $events events …"
  g++ -O3 -march=native -std=c++20 -o "$scratch/gen" "$peers/gen.cpp"
  mkdir -p "$data" && "$scratch/gen" "$events" 7 "$data" >&2
}

need_duckdb() {
  local duckdb=$scratch/peers/node_modules/@duckdb/node-bindings-linux-x64
  if [ ! -e "$duckdb/libduckdb.so" ] || [ ! -d "$scratch/peers/node_modules/chdb" ]; then
    say "installing DuckDB 1.5.6 and chdb 3.4.0 …"
    mkdir -p "$scratch/peers"
    npm install --silent --no-audit --no-fund --prefix "$scratch/peers" chdb@3.4.0 @duckdb/node-bindings-linux-x64@1.5.6-r.1 >&2
  fi
  export NODE_PATH=$scratch/peers/node_modules
  [ -x "$scratch/duck_run" ] || g++ -O2 -std=c++17 -I"$deps/duckdb/include" -o "$scratch/duck_run" "$peers/duck_run.cpp" -L"$duckdb" -lduckdb -Wl,-rpath,"$duckdb"
}
