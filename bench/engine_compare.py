#!/usr/bin/env python3
"""Helper of bench/engine.sh: picks the peers' statements, then compares times and whole answers.

statements  writes OUT/duckdb.sql and OUT/clickhouse.sql: each peer's forms of the queries, timed, and one statement per
            query that writes its whole answer to a file (not timed).
report      reads the programs' outputs from OUT, prints the table, exits with 1 where an answer differs.
"""
import argparse
import math
import re
import sys

# query -> (peer, its forms in the peers' files, target ratio); the fastest form counts.
QUERIES = {
    "graph_mean": ("duckdb", ["dfg_mean_stream"], 12),
    "graph_median": ("duckdb", ["dfg_median_stream"], 4),
    "variants_top": ("clickhouse", ["variants", "variants_inorder"], 15),
    "graph_buyers": ("clickhouse", ["dfg_buyers", "dfg_buyers_inorder"], 20),
    "funnel4_7d": ("clickhouse", ["funnel4_7d", "funnel4_7d_inorder"], 15),
}
NAMES = {"duckdb": "DuckDB 1.5.6", "clickhouse": "ClickHouse (chdb 3.4.0)"}


def sections(path):
    found, name = {}, None
    for line in open(path, encoding="utf-8"):
        match = re.match(r"-- name:\s*(\S+)", line)
        if match:
            name = match.group(1)
            found[name] = ""
        elif name and not line.startswith("--"):
            found[name] += line
    return {name: text.strip().rstrip(";") for name, text in found.items()}


def statements(sql, out):
    duckdb, clickhouse = sections(f"{sql}/duckdb_q.sql"), sections(f"{sql}/ch_q.sql")
    with open(f"{out}/duckdb.sql", "w", encoding="utf-8") as file:
        file.write("-- name: version once\nSELECT version();\n")
        # The peers order by time alone: right only where no customer has two events at one time.
        file.write("-- name: equal_times once\nSELECT count(*) FROM (SELECT 1 FROM ev GROUP BY cust, ts HAVING count(*) > 1);\n")
        for query in ("graph_mean", "graph_median"):
            form = QUERIES[query][1][0]
            file.write(f"-- name: {form}\n{duckdb[form]};\n")
            file.write(f"-- name: write_{query} once\nCOPY ({duckdb[form]}) TO '{out}/{query}.peer.tsv' (DELIMITER '\t', HEADER false);\n")
        file.write(f"-- name: dfg_buyers_stream\n{duckdb['dfg_buyers_stream']};\n")
    with open(f"{out}/clickhouse.sql", "w", encoding="utf-8") as file:
        file.write("-- name: version once\nSELECT version();\n-- name: threads once\nSET max_threads=2;\n")
        for query in ("variants_top", "graph_buyers", "funnel4_7d"):
            for form in QUERIES[query][1]:
                file.write(f"-- name: {form}\n{clickhouse[form]};\n")
        into = "INSERT INTO FUNCTION file('{}', 'TSV', '{}') {}"
        top = clickhouse["variants"]
        every = re.sub(r"ORDER BY n DESC, v LIMIT 20", "", top)
        file.write("-- name: write_variants_top once\n" + into.format(f"{out}/variants_top.peer.tsv", "v Array(UInt16), n UInt64", top) + ";\n")
        file.write("-- name: write_variants_all once\n" + into.format(f"{out}/variants_all.peer.tsv", "v Array(UInt16), n UInt64", every) + ";\n")
        file.write("-- name: write_graph_buyers once\n" + into.format(f"{out}/graph_buyers.peer.tsv", "a UInt16, b UInt16, n UInt64", clickhouse["dfg_buyers"]) + ";\n")
        # The peer's common table expressions stand before SELECT, where an INSERT does not take them: hence in brackets.
        funnel = "SELECT * FROM (" + clickhouse["funnel4_7d"] + ")"
        file.write("-- name: write_funnel4_7d once\n" + into.format(f"{out}/funnel4_7d.peer.tsv", "a UInt64, b UInt64, c UInt64, d UInt64", funnel) + ";\n")


def rows(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def equal_edges(out, query):
    ours = {(int(r[0]), int(r[1])): r[2:] for r in rows(f"{out}/{query}.tsv")}
    theirs = {(int(r[0]), int(r[1])): r[2:] for r in rows(f"{out}/{query}.peer.tsv")}
    if ours.keys() != theirs.keys():
        return False
    for edge, mine in ours.items():
        peer = theirs[edge]
        if len(mine) != len(peer) or int(mine[0]) != int(peer[0]):
            return False
        # Sums of whole milliseconds are exact on both sides; only the last division rounds.
        if any(not math.isclose(float(x), float(y), rel_tol=1e-12, abs_tol=1e-9) for x, y in zip(mine[1:], peer[1:])):
            return False
    return True


def equal_variants(out):
    if rows(f"{out}/variants_top.tsv") != rows(f"{out}/variants_top.peer.tsv"):
        return False
    return sorted(map(tuple, rows(f"{out}/variants_all.tsv"))) == sorted(map(tuple, rows(f"{out}/variants_all.peer.tsv")))


def equal_funnel(out):
    return rows(f"{out}/funnel4_7d.tsv") == rows(f"{out}/funnel4_7d.peer.tsv")


def peer_times(path):
    times, first = {}, {}
    for line in open(path, encoding="utf-8"):
        match = re.match(r"(\S+)\s+([\d.]+) s .*first: (.*)", line)
        if match:
            times[match.group(1)] = float(match.group(2))
            first[match.group(1)] = match.group(3).strip(" |\n")
        elif "ERROR" in line:
            sys.exit(f"{path}: {line}")
    return times, first


def report(out, events):
    peers = {name: peer_times(f"{out}/{name}.txt") for name in NAMES}
    ours, about = {}, ""
    for line in open(f"{out}/engine.txt", encoding="utf-8"):
        if line.startswith("#"):
            about = line[2:].strip()
        else:
            name, median, *rest = line.rstrip("\n").split("\t")
            ours[name] = (float(median), float(rest[2]) if len(rest) > 2 and rest[2] else 0.0, float(rest[3]) if len(rest) > 3 and rest[3] else 0.0)
    print(f"{about}; events {events}; 2 threads; medians; DuckDB {peers['duckdb'][1]['version']}, ClickHouse {peers['clickhouse'][1]['version']}; "
          f"customers with equal times: {peers['duckdb'][1]['equal_times']}")
    head = ("query", "ours s", "ns/event", "peer", "form", "peer s", "ratio", "target", "equal")
    line = "{:<14} {:>9} {:>9}  {:<24} {:<20} {:>8} {:>7} {:>7} {:>6}"
    print(line.format(*head))
    all_equal = True
    for query, (peer, forms, target) in QUERIES.items():
        times = peers[peer][0]
        form = min(forms, key=lambda f: times[f])
        equal = {"variants_top": equal_variants, "funnel4_7d": equal_funnel}[query](out) if query in ("variants_top", "funnel4_7d") else equal_edges(out, query)
        all_equal = all_equal and equal
        mine, per_event, _ = ours[query]
        print(line.format(query, f"{mine:.4f}", f"{per_event:.2f}", NAMES[peer], form, f"{times[form]:.4f}", f"{times[form] / mine:.1f}", f">= {target}", "yes" if equal else "NO"))
    duck = peers["duckdb"][0]["dfg_buyers_stream"]
    print(f"(graph_buyers in DuckDB's streaming form: {duck:.4f} s, ratio {duck / ours['graph_buyers'][0]:.1f})")
    print("\nwithout a peer:  seconds, ns/event, processor ns/event of both threads")
    for name, (median, per_event, busy) in ours.items():
        print(f"  {name:<34} {median:>9.4f} {per_event:>9.2f} {busy:>9.2f}")
    if not all_equal:
        sys.exit("answers differ")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["statements", "report"])
    parser.add_argument("--sql")
    parser.add_argument("--out", required=True)
    parser.add_argument("--events", default="")
    given = parser.parse_args()
    if given.what == "statements":
        statements(given.sql, given.out)
    else:
        report(given.out, given.events)


if __name__ == "__main__":
    main()
