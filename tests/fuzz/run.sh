#!/usr/bin/env bash
# Runs each fuzz target for some seconds on its corpus: tests/fuzz/run.sh [SECONDS each, default 15] [BUILD FOLDER]
# A crash is written to BUILD/fuzz-found/; put it into tests/fuzz/corpus/NAME/ when it is mended.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-15} build=${2:-build/fuzz}
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1
mkdir -p "$build/fuzz-found"
for target in "$build"/tests/fuzz/*_fuzz; do
  name=$(basename "$target" _fuzz)
  work="$build/fuzz-corpus/$name"; mkdir -p "$work"
  printf '%-12s ' "$name"
  if ! "$target" -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="$build/fuzz-found/$name-" "$work" "tests/fuzz/corpus/$name" >"$build/fuzz-found/$name.log" 2>&1; then
    echo FAILED
    tail -n 60 "$build/fuzz-found/$name.log"
    exit 1
  fi
  echo "$(grep -oE 'number_of_executed_units: [0-9]+' "$build/fuzz-found/$name.log" | grep -oE '[0-9]+') runs, no finding"
done
