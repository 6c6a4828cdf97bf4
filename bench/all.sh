#!/usr/bin/env bash
# Every benchmark against its peer; fails only where results differ or something could not run.
set -uo pipefail
cd "$(dirname "$0")"
bad=0
for one in engine.sh import.sh api.sh track.sh visible.sh erase.sh ndjson.sh graph_layout.sh; do bash "$one" || bad=1; done
exit $bad
