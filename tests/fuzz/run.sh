#!/usr/bin/env bash
# Runs each fuzz target for some seconds on its corpus, two at a time: tests/fuzz/run.sh [SECONDS each, default 15] [BUILD FOLDER]
# A crash is written to BUILD/fuzz-found/; put it into tests/fuzz/corpus/NAME/ when it is mended.
set -euo pipefail
cd "$(dirname "$0")/../.."
export seconds=${1:-15} build=${2:-build/asan}
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1
mkdir -p "$build/fuzz-found"
one() {
  local target=$1 name work
  name=$(basename "$target" _fuzz)
  work="$build/fuzz-corpus/$name"; mkdir -p "$work"
  if ! "$target" -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="$build/fuzz-found/$name-" "$work" "tests/fuzz/corpus/$name" >"$build/fuzz-found/$name.log" 2>&1; then
    tail -n 60 "$build/fuzz-found/$name.log"
    printf '%-12s FAILED\n' "$name"
    return 255  # xargs begins no further one
  fi
  printf '%-12s %s runs, no finding\n' "$name" "$(grep -oE 'number_of_executed_units: [0-9]+' "$build/fuzz-found/$name.log" | grep -oE '[0-9]+')"
}
export -f one
printf '%s\n' "$build"/tests/fuzz/*_fuzz | xargs -P 2 -I {} bash -c 'one {}'
