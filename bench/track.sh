#!/usr/bin/env bash
# The tracking API under load: bench/track.sh [SECONDS each of four loads, default 10] [soak]. `600 soak`, ten minutes at half of
# the target, belongs to `./test --all`: every acknowledged event must be stored once, and the memory that the server took is told
# for each event.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export PATH="$root/.deps/node/bin:$PATH"
build=${LOTSE_BUILD:-$root/build/bench}
[ -e "$build/CMakeCache.txt" ] || cmake --preset bench -S "$root" -B "$build" >/dev/null
cmake --build "$build" --target track_load >/dev/null
"$root/tools/build.sh" >&2
LOTSE_TRACK_LOAD=$build/bench/track_load exec node "$root/bench/track.mjs" "${1:-10}" ${2:+"$2"}
