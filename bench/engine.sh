#!/usr/bin/env bash
# Journey engine against DuckDB and ClickHouse on the same log and the same questions, in one run, answers compared in full.
#
#   bench/engine.sh [--events 10000000] [--runs 5]
#
# Environment: LOTSE_PEERS      folder with gen.cpp, duck_run.cpp, ch_run.js and sql/ (default ../shared/peers)
#              LOTSE_BENCH_DIR  scratch folder (default /tmp/lotse-bench; 10 M events need 4 GB, 50 M 12 GB); kept between runs
#              LOTSE_BUILD      build folder (default build/bench)
# Exits with 1 where answers differ, with 2 where something could not run. Slow times are shown, never a failure.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/bench/peers.sh"
runs=5
options "$@"
build_bench engine_bench
make_log
need_duckdb
out=$scratch/out$events
if [ ! -e "$data/duck.ready" ]; then
  say "loading DuckDB …"
  rm -f "$data/duck.db"
  "$scratch/duck_run" "$data/duck.db" "$peers/sql/duckdb_load.sql" 1 -D dir="$data" >&2 && touch "$data/duck.ready"
fi
if [ ! -e "$data/ch.ready" ]; then
  say "loading ClickHouse …"
  rm -rf "$data/ch"
  node "$peers/ch_run.js" "$data/ch" "$peers/sql/ch_load.sql" 1 dir="$data" >&2 && touch "$data/ch.ready"
fi

rm -rf "$out" && mkdir -p "$out"
python3 "$root/bench/engine_compare.py" statements --sql "$peers/sql" --out "$out"
say "DuckDB …"
"$scratch/duck_run" "$data/duck.db" "$out/duckdb.sql" "$runs" -D threads=2 >"$out/duckdb.txt"
say "ClickHouse …"
node "$peers/ch_run.js" "$data/ch" "$out/clickhouse.sql" "$runs" >"$out/clickhouse.txt"
say "engine …"
"$build/bench/engine_bench" "$data" --threads 2 --runs "$runs" --out "$out" >"$out/engine.txt"
python3 "$root/bench/engine_compare.py" report --out "$out" --events "$events"
