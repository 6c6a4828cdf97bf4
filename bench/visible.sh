#!/usr/bin/env bash
# From a request to the engine's answers at 20,000 events a second: bench/visible.sh [SECONDS, default 60] [EVENTS before]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
export PATH="$root/.deps/node/bin:$PATH"
build=${LOTSE_BUILD:-$root/build/bench}
[ -e "$build/CMakeCache.txt" ] || cmake --preset bench -S "$root" -B "$build" >/dev/null
cmake --build "$build" --target track_load >/dev/null
"$root/tools/build.sh" >&2
LOTSE_TRACK_LOAD=$build/bench/track_load exec node "$root/bench/visible.mjs" "$@"
