#!/usr/bin/env bash
# The journey graph's placing beside ELK: bench/graph_layout.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.deps/node/bin:$PATH"
out=$(mktemp -d) && trap 'rm -rf "$out"' EXIT
NODE_PATH=$PWD/web/node_modules web/node_modules/.bin/rolldown bench/graph_layout.ts --platform node --format cjs --external elkjs -o "$out/bench.cjs" >/dev/null
NODE_PATH=$PWD/web/node_modules node "$out/bench.cjs"
