#!/usr/bin/env bash
# Erasure of 1,000 customers from the generator's log while queries run: until no query shows them, and until their bytes are gone.
#
#   bench/erase.sh [--events 10000000]
#
# Environment as for bench/engine.sh. Fails above 10 s for the first or 60 s for the second, and where an event is missing or left over.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/bench/peers.sh"
options "$@"
make_log
"$root/tools/build.sh" >&2
exec python3 "$root/bench/erase.py" "${LOTSE_BINARY:-$root/build/release/lotse}" "$data/events.csv" "$events" "$scratch/erase"
