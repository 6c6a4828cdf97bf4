#!/usr/bin/env bash
# Newline JSON of 1 M events of 300 to 500 bytes: read and encoded on one core, and imported until durable; what is stored is compared
# with DuckDB's read_json of the same file.
#
#   bench/ndjson.sh [--events 1000000] [--runs 3]
#
# Environment as for bench/engine.sh: LOTSE_PEERS, LOTSE_BENCH_DIR, LOTSE_BUILD, LOTSE_DEPS.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/bench/peers.sh"
runs=3 events=1000000
options "$@"
folder=$scratch/ndjson; mkdir -p "$folder"
build_bench ndjson_bench
need_duckdb
bench=$build/bench/ndjson_bench file=$folder/events.$events.ndjson
[ -e "$file" ] || "$bench" make "$file" "$events"
echo "$(stat -c %s "$file") bytes, $events events"
cat >"$folder/check.sql" <<SQL
-- name: check once
SELECT count(*), (sum((epoch_us(timestamp::TIMESTAMPTZ) // 1000) % 1000000007))::HUGEINT,
  sum(strlen(event) + strlen(channel) + strlen(p->>'product') + strlen(p->>'price') + strlen(p->>'quantity') + strlen(p->>'currency') + strlen(p->'page'->>'path') + strlen(p->'page'->>'title') + strlen(p->>'campaign') + strlen(p->>'device'))::HUGEINT
FROM read_json('$file', format='newline_delimited', columns={event:'VARCHAR', "timestamp":'VARCHAR', channel:'VARCHAR', properties:'JSON'}) t, LATERAL (SELECT t.properties AS p);
SQL
for run in $(seq "$runs"); do
  taskset -c 0 "$bench" parse "$file" | grep -E 'per_s|per_processor_s'
  "$bench" import "$file" "$folder/data" >"$folder/ours"
  grep -E '^(stage|import_events_per|import_rejected)' "$folder/ours"
done
rm -f "$folder/peer.db"
peer="$("$scratch/duck_run" "$folder/peer.db" "$folder/check.sql" 1 | awk '$1=="check"' | sed 's/.*first: //; s/ *| */ /g')"
ours="$(awk '$1=="import_check" {print $2, $3, $4}' "$folder/ours")"
[ "$(echo $peer)" = "$ours" ] || { echo "the answers differ: DuckDB [$peer] ours [$ours]"; exit 1; }
echo "rows, sum of times, lengths of texts agree: $ours"
