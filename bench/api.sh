#!/usr/bin/env bash
# What a person waits for over HTTP: a filter changed, and the first answer after a restart, on the generator's log.
#
#   bench/api.sh [--events 10000000]
#
# Environment as for bench/engine.sh. No peer stands beside it: the figures are round trips, medians of seven different
# filters each, so that no answer comes from the cache. Fails where the graph does not hold every event of the log.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/bench/peers.sh"
options "$@"
make_log
"$root/tools/build.sh" >&2
exec python3 "$root/bench/api.py" "$root/build/release/lotse" "$data/events.csv" "$events" "$scratch/api"
