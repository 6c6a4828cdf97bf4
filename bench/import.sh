#!/usr/bin/env bash
# CSV of 10 M rows: imported, durable and queryable by Lotse, beside DuckDB alone loading and sorting the same file.
#
#   bench/import.sh [--events 10000000] [--runs 3]
#
# Environment as for bench/engine.sh: LOTSE_PEERS, LOTSE_BENCH_DIR (10 M rows need 3 GB more), LOTSE_BUILD, LOTSE_DEPS.
# Prints each run, stages, medians and the ratio, by the clock and by processor time (user + system), which other load on
# the machine disturbs less. Ends with an error where the two disagree in rows or in the checksum of (customer, touchpoint,
# time): per customer a sum over its events, then a sum of squares over customers, so that neither order nor numbering counts.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/bench/peers.sh"
runs=3
options "$@"
folder=$scratch/import; mkdir -p "$folder"
build_bench import_bench
make_log
need_duckdb
bench=$build/bench/import_bench
{ sed -n '1,/^-- name: parquet_out/p' "$peers/sql/duckdb_load.sql" | sed '$d'
  echo "-- name: rows once"; echo "SELECT count(*), count(DISTINCT cust) FROM ev;"
  echo "-- name: sum once"
  echo "SELECT sum((s % 1000003) * (s % 1000003))::HUGEINT FROM (SELECT sum(tp::BIGINT * 7919 + ts % 1000000007)::HUGEINT AS s FROM ev GROUP BY cust);"
} >"$folder/load.sql"
TIMEFORMAT='%U %S'
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
processor() { awk '{print $1 + $2}' "$1"; }
for run in $(seq "$runs"); do
  rm -f "$folder/peer.db"
  { time "$scratch/duck_run" "$folder/peer.db" "$folder/load.sql" 1 -D dir="$data" -D threads=2 >"$folder/peer.$run"; } 2>"$folder/peer.time"
  { time "$bench" "$data/events.csv" "$folder/data" >"$folder/ours.$run"; } 2>"$folder/ours.time"
  awk '$1=="csv_to_table"||$1=="dict_tp"||$1=="encode_and_sort" {s+=$2} END {print s}' "$folder/peer.$run" >>"$folder/peer.clock.new"
  awk '$1=="total" {print $2}' "$folder/ours.$run" >>"$folder/ours.clock.new"
  processor "$folder/peer.time" >>"$folder/peer.cpu.new"; processor "$folder/ours.time" >>"$folder/ours.cpu.new"
  peer_says="$(awk '$1=="rows" || $1=="sum"' "$folder/peer.$run" | sed 's/.*first: //; s/ *| */ /g' | tr '\n' ' ')"
  our_say="$(awk '$1=="rows" || $1=="customers" || $1=="sum" {printf "%s ", $2}' "$folder/ours.$run")"
  [ "$(echo $peer_says)" = "$(echo $our_say)" ] || { echo "the answers differ: peer [$peer_says] ours [$our_say]"; rm -f "$folder"/*.new; exit 1; }
  echo "run $run: peer $(tail -1 "$folder/peer.clock.new") s ($(tail -1 "$folder/peer.cpu.new") s of processor), ours $(tail -1 "$folder/ours.clock.new") s ($(tail -1 "$folder/ours.cpu.new") s)"
done
echo "stages of the last run (seconds by the clock; the two threads work side by side):"
grep -E '^(stage|import|scan|total|memory)' "$folder/ours.$run" | sed 's/^/  /'
for kind in clock cpu; do
  p=$(median <"$folder/peer.$kind.new"); o=$(median <"$folder/ours.$kind.new")
  echo "$kind: peer $p s, ours $o s, ratio $(awk -v o="$o" -v p="$p" 'BEGIN {printf "%.2f", o / p}')"
done
echo "rows, customers, checksum agree: $our_say"
rm -f "$folder"/*.new
